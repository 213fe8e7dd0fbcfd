import type { FastifyInstance } from 'fastify'
import type { Instruments } from './instruments.ts'

/**
 * Counts and times every answer of a server; call it before the server is ready. The label is the route's pattern, so
 * that neither an objectId nor a scanner's path becomes a label. Event streams are counted but not timed, because they end
 * when a page is closed.
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
