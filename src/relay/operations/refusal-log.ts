import type { LogLevel } from '../config/types.ts'
import type { Log, LogFields } from './log.ts'
import { createSeconds } from './seconds.ts'

/** Writes refused requests to the log. */
export interface RefusalLog {
  /** `kind`: fields that requests of one kind share, kept in a summary line; `more`: fields of this request only. */
  write(level: LogLevel, kind: LogFields, more: LogFields): void
  /** Writes the counts that are not written yet. */
  stop(): void
}

/**
 * Logs refused requests. Logs the first few refusals of a kind in a second, and one summary line for the rest, with their number
 * as `calls`. Strangers can cause thousands of refusals and must not fill the disk.
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
