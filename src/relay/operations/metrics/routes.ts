import type { FastifyInstance } from 'fastify'
import type { AdminGuard } from '../../http/admin-guard.ts'
import { problems } from '../../http/schemas.ts'
import type { Metrics } from './metrics.ts'

/** `GET /metrics`: everything that Prometheus reads, with the admin key as Bearer or Basic. */
export const addMetrics = (
  app: FastifyInstance,
  { metrics, guard }: { metrics: Pick<Metrics, 'text' | 'contentType'>; guard: AdminGuard },
): void => {
  app.get(
    '/metrics',
    {
      onRequest: guard,
      schema: {
        summary: 'Metrics for Prometheus',
        tags: ['operation'],
        security: [{ adminKey: [] }, { adminPassword: [] }],
        response: {
          200: {
            description: "Prometheus' text format; docs/metrics.md lists the metrics",
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
          ...problems(401, 404),
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  )
}
