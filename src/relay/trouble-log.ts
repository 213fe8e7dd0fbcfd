import type { Log } from './operations/log.ts'

/** How often the same trouble is told again while it lasts, in ms. */
const repeatMs = 60_000

/** Logs errors that come back every second once, when their reason changes, and once a minute. */
export const createTroubleLog = (
  log: Pick<Log, 'error'>,
  elapsed: () => number = () => performance.now(),
): ((event: string, fields: { reason: string } & Parameters<Log['error']>[1]) => void) => {
  let told: { reason: string; at: number } | undefined
  return (event, fields) => {
    if (told?.reason === fields.reason && elapsed() - told.at < repeatMs) return
    told = { reason: fields.reason, at: elapsed() }
    log.error(event, fields)
  }
}
