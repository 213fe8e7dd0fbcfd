import { type DestinationStream, pino } from 'pino'
import type { LogLevel } from '../config/types.ts'
import { createLogOutput } from './log-output.ts'
import { redact } from './redact.ts'

/** The fields of a log line. redact.ts alone decides which of them are written, and in which form. */
export type LogFields = Readonly<Record<string, unknown>>

/** Writes JSON lines. `event` is a constant string without values. Never throws. */
export type Log = Readonly<Record<LogLevel, (event: string, fields?: LogFields) => void>>

/**
 * Makes the log: one JSON line for each event, with `time` (ISO 8601), `level`, `event`, and the fields that the
 * redaction policy lets through.
 *
 * @param destination default: standard output, by `createLogOutput`.
 */
export const createLog = (level: LogLevel, destination: DestinationStream = createLogOutput()): Log => {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  )
  const writer =
    (name: LogLevel) =>
    (event: string, fields: LogFields = {}): void => {
      if (logger.isLevelEnabled(name)) logger[name](redact(fields), event)
    }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}

/** A log that writes nothing. */
export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
