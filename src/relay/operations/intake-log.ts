import type { IntakeEvent } from '../http/parts.ts'
import type { Log, LogFields } from './log.ts'
import { createSeconds } from './seconds.ts'

/** Writes what came in to the log. */
export interface IntakeLog {
  onIntake(event: IntakeEvent): void
  /** Writes what has been counted and not been written yet. */
  stop(): void
}

interface Calls {
  account: string
  keyName: string
  calls: number
  results: Record<string, number>
}

const isFault = (result: string): boolean => /^\d+$/.test(result)

/** Counts by result as fields of a line: the faults of records together, with the code of most of them, and all records. */
const fieldsOf = (results: IntakeEvent['results']): Record<string, number> => {
  const fields: Record<string, number> = { records: 0 }
  for (const [result, n] of Object.entries(results)) {
    const name = isFault(result) ? 'invalid' : result
    fields[name] = (fields[name] ?? 0) + n
    fields.records = (fields.records ?? 0) + n
  }
  const [most] = Object.entries(results)
    .filter(([result]) => isFault(result))
    .sort(([, a], [, b]) => b - a)
  return most ? { ...fields, recordCode: Number(most[0]) } : fields
}

/**
 * Every call of a backend is in a line: in one of its own, with the id of the request, as long as a key makes few calls;
 * else in the line that sums up its second. A line costs about as much as reading and storing a call, so that a key that
 * sends its records one by one, thousands a second, would pay for the log and not for the work. A browser's registration
 * is a line at level debug. A line with records that were not taken is a warning.
 */
export const createIntakeLog = (log: Log): IntakeLog => {
  const write = (fields: LogFields, results: IntakeEvent['results']): void =>
    log[Object.keys(results).some(isFault) ? 'warn' : 'info']('intake', { ...fields, ...fieldsOf(results) })
  const seconds = createSeconds<Calls>(({ account, keyName, calls, results }) =>
    write({ account, keyName, calls }, results),
  )
  return {
    onIntake: ({ account, from, requestId, traceId, results }) => {
      if (from === 'browser') {
        log.debug('registration', { requestId, traceId, account, ...fieldsOf(results) })
        return
      }
      const isOwn = seconds.take(
        `${account} ${from}`,
        () => ({ account, keyName: from, calls: 0, results: {} }),
        (sum) => {
          sum.calls++
          for (const [result, n] of Object.entries(results)) sum.results[result] = (sum.results[result] ?? 0) + n
        },
      )
      if (isOwn) write({ requestId, traceId, account, keyName: from, calls: 1 }, results)
    },
    stop: seconds.stop,
  }
}
