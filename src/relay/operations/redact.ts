import { readEndpoint } from '../../wire/push-service.ts'
import { fingerprint } from '../keys/fingerprint.ts'

/*
 * The redaction policy of the log, an allow-list: a field that is not listed is not logged. Its name is logged under
 * `dropped`, so that a developer notices.
 *
 * Never logged, in any form: passcodes, API keys, tickets, registration keys, `auth`, bodies, headers, URLs, and the
 * messages of other libraries' errors, because JSON and database errors quote their input.
 */

/** String fields with values from the source, the configuration or a closed list. */
const plain: ReadonlySet<string> = new Set([
  'account',
  'address',
  'code',
  'command',
  'detail',
  'holder',
  'host',
  'keyName',
  'method',
  'origin',
  'previous',
  'reason',
  'requestId',
  'route',
  'signal',
  'state',
  'store',
  'traceId',
  'version',
  'warning',
])
/** Fields with ids, which are logged as fingerprints. */
const fingerprinted: ReadonlySet<string> = new Set(['objectId', 'tokenId'])
/** Pushferry's own error classes, whose messages contain no values. */
const ownErrors: ReadonlySet<string> = new Set(['ConfigError', 'StoreError'])

const maxLength = 300
const maxFrames = 12

const describeError = (error: unknown, depth = 0): Readonly<Record<string, unknown>> => {
  if (!(error instanceof Error)) return { name: typeof error }
  const { name, message, stack = '', cause } = error
  const { code, errcode } = error as { code?: unknown; errcode?: unknown } // Node's, undici's, SQLite's and pg's own
  const frames = stack.replace(message, '').match(/^\s+at .*$/gm) ?? []
  return {
    name: name.slice(0, maxLength),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code).slice(0, maxLength) } : {}),
    ...(typeof errcode === 'number' ? { errcode } : {}),
    ...(ownErrors.has(name) ? { message: message.slice(0, maxLength) } : {}),
    at: frames.slice(0, maxFrames).map((frame) => frame.trim()),
    ...(cause === undefined || depth > 2 ? {} : { cause: describeError(cause, depth + 1) }),
  }
}

const redactString = (name: string, value: string): string | undefined => {
  if (plain.has(name)) return value.slice(0, maxLength)
  if (fingerprinted.has(name)) return fingerprint(value)
  return name === 'endpoint' ? (readEndpoint(value)?.host ?? 'unreadable') : undefined
}

const redactValue = (name: string, value: unknown): unknown => {
  if (name === 'error') return describeError(value)
  if (typeof value === 'string') return redactString(name, value)
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined
}

/**
 * Keeps only the fields of a line that may be logged: numbers, booleans, listed strings, fingerprints of ids, the host of an
 * endpoint, and an error's name, code and stack. Other fields are omitted and named in `dropped`.
 */
export const redact = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const kept: Record<string, unknown> = {}
  const dropped: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    const shown = redactValue(name, value)
    if (shown === undefined) dropped.push(name)
    else kept[name] = shown
  }
  return dropped.length > 0 ? { ...kept, dropped } : kept
}
