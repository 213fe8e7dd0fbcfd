import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { UnprocessedItem, UploadAnswer } from './answer.ts'
import { flatError } from './answer.ts'
import type { Fault } from './fault.ts'

/** Everything that `speak` needs to answer one call. */
export interface Speech {
  response: ServerResponse
  /** The correct answer. */
  status: number
  body: object
  headers: Readonly<Record<string, string>> | undefined
  fault: Fault | undefined
  /** Called with the status just before the last byte of a complete answer is sent: afterwards the caller may call again. */
  onLast: (status: number) => void
  /** Aborts when the connection is gone. */
  gone: AbortSignal
}

const jsonType = 'application/json;charset=utf-8'

const say = (
  { response, onLast }: Speech,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, {
    'Content-Type': jsonType,
    ...headers,
    'Content-Length': Buffer.byteLength(body),
  })
  onLast(status)
  response.end(body)
}

/** Applies an `echo` fault to the items of an answer. */
const altered = (answer: UploadAnswer, fault: Fault & { kind: 'echo' }): UploadAnswer => {
  const alter = ({ record, error, ...item }: UnprocessedItem): UnprocessedItem => {
    const message = error.replace(/ record number : (\d+)$/, (_, n) =>
      fault.number === 'omitted' ? '' : ` record number : ${fault.number === 'shifted' ? Number(n) + 1 : n}`,
    )
    if (fault.record === 'omitted') return { ...item, error: message }
    return { ...item, error: message, record: fault.record === 'changed' ? changed(record) : record }
  }
  return { ...answer, unprocessed: answer.unprocessed.map(alter) }
}

/** An equivalent record with different JSON: other order of members, other alphabet of the keys, one extra member. */
const changed = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = Object.entries(value).reverse()
  const rewritten = members.map(([name, member]): [string, unknown] =>
    name === 'p256dh' || name === 'auth'
      ? [name, String(member).replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')]
      : [name, changed(member)],
  )
  return Object.fromEntries([...rewritten, ['echoed', true]])
}

const isUpload = (body: object): body is UploadAnswer => 'unprocessed' in body

const trickle = async (speech: Speech, { ms, bytes = 1 }: { ms: number; bytes?: number }): Promise<void> => {
  const { response, status, body, gone, onLast } = speech
  const whole = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { 'Content-Type': jsonType, 'Content-Length': whole.length })
  for (let at = 0; at < whole.length; at += bytes) {
    await wait(ms, undefined, { signal: gone })
    if (at + bytes < whole.length) response.write(whole.subarray(at, at + bytes))
    else {
      onLast(status)
      response.end(whole.subarray(at))
    }
  }
}

const resetInBody = ({ response, status, body }: Speech): Promise<void> =>
  new Promise((resolve) => {
    const json = JSON.stringify(body)
    response.writeHead(status, { 'Content-Type': jsonType, 'Content-Length': Buffer.byteLength(json) })
    response.write(json.slice(0, json.length >> 1), () => {
      response.socket?.resetAndDestroy()
      resolve()
    })
  })

/**
 * Answers a call, or shows the fault. Resolves when the last byte is written, the connection is broken, or the hang has
 * begun.
 */
export const speak = async (speech: Speech): Promise<void> => {
  const { response, status, body, headers, fault } = speech
  switch (fault?.kind) {
    case 'status': {
      const answer = fault.body ?? flatError(fault.status)
      return say(speech, fault.status, typeof answer === 'string' ? answer : JSON.stringify(answer), {
        ...(typeof answer === 'string' && { 'Content-Type': 'text/plain; charset=utf-8' }),
        ...(fault.retryAfter !== undefined && { 'Retry-After': String(fault.retryAfter) }),
        ...fault.headers,
      })
    }
    case 'hang':
      return
    case 'reset':
      if (fault.at === 'body') return resetInBody(speech)
      response.socket?.resetAndDestroy()
      return
    case 'html': {
      const page = '<!DOCTYPE html>\n<title>Please sign in</title>\n<h1>Please sign in</h1>\n'
      return say(speech, 200, page, { 'Content-Type': 'text/html; charset=utf-8' })
    }
    case 'truncated': {
      const json = JSON.stringify(body)
      return say(speech, status, json.slice(0, json.length >> 1))
    }
    case 'no-items':
      return say(speech, 200, JSON.stringify({ status: 'fail', processed: 0, unprocessed: [] }))
    case 'counts':
      return say(speech, status, JSON.stringify({ ...body, processed: fault.processed }))
    case 'echo':
      return say(speech, status, JSON.stringify(isUpload(body) ? altered(body, fault) : body))
    case 'trickle':
      return trickle(speech, fault)
    default:
      return say(speech, status, JSON.stringify(body), headers)
  }
}
