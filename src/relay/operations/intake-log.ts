import type { IntakeEvent } from '../http/parts.ts'
import type { Log, LogFields } from './log.ts'
import { createSeconds } from './seconds.ts'

/** Writes intake calls to the log. */
export interface IntakeLog {
  onIntake(event: IntakeEvent): void
  /** Writes the counts that are not written yet. */
  stop(): void
}

interface Calls {
  account: string
  keyName: string
  calls: number
  results: Record<string, number>
}

const isFault = (result: string): boolean => /^\d+$/.test(result)

/** The counts of a call as log fields: by result, with the most frequent record code and the number of records. */
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
 * Logs every backend call. The first five calls of an API key in a second have a line each, with the request id; one line sums up
 * the rest. A line costs about as much as reading and storing a call. Without the limit, a key that sends thousands of single
 * records per second would spend half its time on the log. A browser's registration is a line at level debug. A line about
 * refused records is a warning.
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
