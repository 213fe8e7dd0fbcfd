import { fingerprint } from '../../keys/fingerprint.ts'
import type { Holder } from '../../store/port.ts'
import type { OtherProcess, UploadMode } from './view/snapshot.ts'

const modes: readonly UploadMode[] = ['ok', 'throttled', 'failing', 'suspended']

const readReport = (report: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(report)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/**
 * The other processes that upload for an account, by the report of their last heartbeat, by default at most 15 s old. A
 * process whose report cannot be read, for example from another release, is listed with the parts that can be read.
 */
export const othersOf = (holders: readonly Holder[], own: string | undefined, account: string): OtherProcess[] =>
  holders
    .filter(({ id }) => id !== own)
    .map(({ id, report }) => {
      const said = readReport(report)[account]
      const { upload, inFlight } = (said ?? {}) as { upload?: unknown; inFlight?: unknown } // another process wrote it
      return {
        name: fingerprint(id),
        state: modes.find((mode) => mode === upload) ?? 'ok',
        inFlight: typeof inFlight === 'number' && inFlight >= 0 ? inFlight : 0,
      }
    })
