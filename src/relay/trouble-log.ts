import type { Log } from './operations/log.ts'

/** Interval between log lines about the same error while it lasts, in ms. */
const repeatMs = 60_000

/** Logs a recurring error once, then again when its reason changes, and at most once a minute while it lasts. */
export const createTroubleLog = (
  log: Pick<Log, 'error'>,
  elapsed: () => number = () => performance.now(),
): ((event: string, fields: { reason: string } & Parameters<Log['error']>[1]) => void) => {
  let logged: { reason: string; at: number } | undefined
  return (event, fields) => {
    if (logged?.reason === fields.reason && elapsed() - logged.at < repeatMs) return
    logged = { reason: fields.reason, at: elapsed() }
    log.error(event, fields)
  }
}
