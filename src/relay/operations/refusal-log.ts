import type { LogLevel } from '../config/types.ts'
import type { Log, LogFields } from './log.ts'
import { createSeconds } from './seconds.ts'

/** Writes refused requests to the log. */
export interface RefusalLog {
  /** `kind` holds what stays in the line that sums up a second; `more` is of this request alone. */
  write(level: LogLevel, kind: LogFields, more: LogFields): void
  /** Writes what has been counted and not been written yet. */
  stop(): void
}

/**
 * A refused request is a line, as long as there are few of its kind; the rest of a second is one line with their number as
 * `calls`. Strangers can cause refusals by the thousand, and must not fill a disk with them.
 */
export const createRefusalLog = (log: Log): RefusalLog => {
  const seconds = createSeconds<{ level: LogLevel; kind: LogFields; calls: number }>(({ level, kind, calls }) =>
    log[level]('requests refused', { ...kind, calls }),
  )
  return {
    write: (level, kind, more) => {
      const isOwn = seconds.take(
        JSON.stringify([level, kind]),
        () => ({ level, kind, calls: 0 }),
        (sum) => void sum.calls++,
      )
      if (isOwn) log[level]('request refused', { ...kind, ...more })
    },
    stop: seconds.stop,
  }
}
