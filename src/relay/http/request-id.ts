import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Makes the namer of requests: the caller's own `X-Request-Id` if it is short and has harmless characters only, else a prefix of this
 * process and a counter.
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
