import type { FastifyInstance } from 'fastify'
import type { Instruments } from './instruments.ts'

/**
 * Counts and times every answer of a server that is not ready yet. By the route's pattern, so that neither an
 * objectId nor what scanners ask for becomes a label. A stream of events ends when somebody closes a page, which says
 * nothing about the relay: it is counted and not timed.
 */
export const addHttpMetrics = (app: FastifyInstance, { httpRequests, httpDuration }: Instruments): void => {
  app.addHook('onResponse', (request, reply, done) => {
    const { url } = request.routeOptions
    const route = url ?? 'unknown'
    httpRequests.inc({ method: url === undefined ? 'any' : request.method, route, status: reply.statusCode })
    if (!route.endsWith('/events')) httpDuration.observe({ route }, reply.elapsedTime / 1000)
    done()
  })
}
