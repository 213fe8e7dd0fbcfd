import type { FastifyInstance } from 'fastify'
import type { Trust } from './client-address.ts'

/** The values of one parameter in a `Forwarded` header, in its order: the nearest proxy's is the last (RFC 7239 §4). */
const valuesOf = (header: string, parameter: 'for' | 'host'): string =>
  [...header.matchAll(/(?:^|[,;])\s*(for|host)=("[^"]*"|[^\s,;]*)/gi)]
    .flatMap(([, name, value = '']) => (name?.toLowerCase() === parameter ? [value.replace(/^"|"$/g, '')] : []))
    .join(', ')

/**
 * Reads a trusted proxy's `Forwarded`, which AWS's HTTP APIs send, as `X-Forwarded-For` and `X-Forwarded-Host`. If a request has
 * one of those two, `Forwarded` is ignored, because a proxy that does not know `Forwarded` passes on the client's.
 */
export const addForwarded = (app: FastifyInstance, isTrusted: Trust): void => {
  app.addHook('onRequest', ({ raw: { headers, socket } }, _reply, done) => {
    const { forwarded } = headers
    const isReplaced = headers['x-forwarded-for'] !== undefined || headers['x-forwarded-host'] !== undefined
    if (forwarded !== undefined && !isReplaced && isTrusted(socket.remoteAddress)) {
      headers['x-forwarded-for'] = valuesOf(forwarded, 'for')
      headers['x-forwarded-host'] = valuesOf(forwarded, 'host')
    }
    done()
  })
}
