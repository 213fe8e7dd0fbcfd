import type { FastifyReply, FastifyRequest } from 'fastify'
import { maxObjectIdLength } from '../../wire/limits.ts'
import { addressKey } from './client-address.ts'
import type { Refusal } from './refusal.ts'
import type { Scope } from './scope.ts'

const tooMany = (waitMs: number, whose: string): Refusal | undefined =>
  waitMs === 0
    ? undefined
    : {
        code: 'too_many_requests',
        detail: `too many requests ${whose}; try again later`,
        headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
      }

/** Counts a browser's request for its address, as `onRequest` and so before its body is read. */
export const createAddressCheck =
  ({ limits, refuse }: Pick<Scope, 'limits' | 'refuse'>) =>
  (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const refusal = tooMany(limits.address(addressKey(request.ip)), 'from this address')
    if (refusal) refuse(request, reply, refusal)
    else done()
  }

/** As long as an objectId can be. A withdrawal is counted before it is known to name one, and a path can be far longer. */
const maxCountedLength = 2 * maxObjectIdLength

/** Counts a browser's request for the objectId that it speaks for. */
export const tooManyFor = (limits: Scope['limits'], account: string, objectId: string): Refusal | undefined =>
  tooMany(limits.objectId(`${account} ${objectId.slice(0, maxCountedLength)}`), 'for this objectId')
