import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** Status, code and detail of the problem document, by Node's code. */
const problems: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'the headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request_timeout', 'the request took too long'],
}
const malformed = [400, 'malformed_request', 'this is not a valid HTTP request'] as const

/** Answers bytes that are not an HTTP request, and requests that arrive too slowly, then ends the connection. */
export const answerSocketError = (error: Error & { code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, code, detail] = problems[error.code ?? ''] ?? malformed
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, code, detail })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
