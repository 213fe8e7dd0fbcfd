import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Makes the generator of request ids: the caller's `X-Request-Id` if it is short and has only harmless characters, else a prefix of
 * this process and a counter.
 */
export const createRequestIds = (
  prefix: string = randomBytes(5).toString('hex'),
): ((raw: IncomingMessage) => string) => {
  let count = 0
  return ({ headers }) => {
    const given = headers['x-request-id']
    return typeof given === 'string' && /^[\w.:-]{1,64}$/.test(given) ? given : `${prefix}-${(++count).toString(36)}`
  }
}
