import type { NewEntry } from '../relay/store/port.ts'
import { decodeRecord } from '../wire/decode.ts'
import type { RecordProblem } from '../wire/problem.ts'
import type { UncheckedRecord } from './fields.ts'
import type { Plan } from './plan.ts'
import type { Rejects } from './rejects.ts'
import { malformed, type Rejection, type Row } from './row.ts'
import { type Tally, tallyRejection } from './tally.ts'

/** A valid row that is not stored yet. Account and `replaceLive` are the same for all rows. */
export type ImportedRow = Pick<NewEntry, 'objectId' | 'token' | 'shownKeys' | 'warnings'>

export interface CheckParts {
  tally: Tally
  rejects: Rejects | undefined
  /** Called with the number of bytes read from the disk. */
  onBytes: (bytes: number) => void
  signal: AbortSignal
}

const rejectFor = ({ code, message }: RecordProblem): { ok: false; rejection: Rejection } => ({
  ok: false,
  rejection: { code, reason: message },
})

/** The valid row, or why it is rejected. Pure. */
export const readRow = ({
  value,
  problem,
  code = malformed,
}: Row): { ok: true; row: ImportedRow } | { ok: false; rejection: Rejection } => {
  if (problem !== undefined) return { ok: false, rejection: { code, reason: problem } }
  const decoded = decodeRecord(value)
  if (!decoded.ok) return rejectFor(decoded.problem)
  const { record, warnings } = decoded
  const { objectId, tokenData: token } = record
  const { shownKeys } = value as Pick<UncheckedRecord, 'shownKeys'> // `decodeRecord` accepted it, so it is an object
  if (shownKeys === undefined) return { ok: true, row: { objectId, token, warnings } }
  // The browser's keys are judged like those of any subscription.
  const shown = decodeRecord({ ...record, tokenData: { ...token, type: 'chrome', keys: shownKeys } })
  if (!shown.ok) return rejectFor(shown.problem)
  const { keys } = shown.record.tokenData
  return { ok: true, row: { objectId, token, warnings, ...(keys && { shownKeys: keys }) } }
}

/**
 * Reads and checks the rows of the inputs. Counts and writes the rejected ones, and calls `take` with each valid row; a promise that
 * `take` returns is awaited before the next row. Ends early when `signal` aborts.
 *
 * @throws ImportError (`failed`) when an input cannot be read to its end.
 */
export const checkRows = async (
  plans: readonly Plan[],
  { tally, rejects, onBytes, signal }: CheckParts,
  take: (row: ImportedRow) => Promise<void> | undefined,
): Promise<void> => {
  for (const { input, rows, shape } of plans) {
    if (signal.aborted) return
    signal.addEventListener('abort', input.abandon, { once: true })
    try {
      for await (const read of rows(onBytes)) {
        for (const row of read) {
          const found = readRow(row)
          if (found.ok) {
            const taken = take(found.row)
            if (taken) await taken
          } else {
            tally.read++
            tallyRejection(tally, found.rejection)
            rejects?.add(shape, row, found.rejection)
          }
        }
        if (signal.aborted) return
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      signal.removeEventListener('abort', input.abandon)
    }
  }
}
