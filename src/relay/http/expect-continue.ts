import type { Server } from 'node:http'
import { maxBackendBodyBytes } from '../../wire/limits.ts'

/**
 * Answers `Expect: 100-continue`. A body whose Content-Length no route accepts is not asked for: the client gets the refusal before it
 * sends anything. Otherwise it may send when the relay has already closed the connection, and see a broken pipe instead of the refusal.
 */
export const answerExpectations = (server: Server): void => {
  server.on('checkContinue', (request, response) => {
    if (Number(request.headers['content-length']) > maxBackendBodyBytes) response.setHeader('connection', 'close')
    else response.writeContinue()
    server.emit('request', request, response)
  })
}
