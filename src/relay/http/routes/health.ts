import type { FastifyInstance } from 'fastify'
import type { ServerParts } from '../parts.ts'
import { createReadiness } from '../readiness.ts'
import { alive, readiness } from '../schemas.ts'

const maxAgeMs = 1000
const timeoutMs = 2000

/** `GET /healthz` and `GET /readyz`: whether the process is alive, and whether it can accept records. */
export const addHealth = (
  app: FastifyInstance,
  {
    config,
    store,
    uploads,
    monotonic = () => performance.now(),
  }: Pick<ServerParts, 'config' | 'store' | 'uploads' | 'monotonic'>,
): void => {
  app.get(
    '/healthz',
    { schema: { summary: 'Whether the process is alive', tags: ['operation'], response: { 200: alive } } },
    (_request, reply) => {
      reply.send({ status: 'ok' })
    },
  )

  const takesRecords = createReadiness({ store, now: monotonic, maxAgeMs, timeoutMs })
  const statusOf = (ok: boolean): 'ok' | 'degraded' => (ok ? 'ok' : 'degraded')
  app.get(
    '/readyz',
    {
      schema: {
        summary: "Whether the relay accepts records, and the state of each account's uploads",
        tags: ['operation'],
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const ready = await takesRecords()
      const accounts = config.accounts.map(({ id }) => ({
        id,
        upload: uploads?.health(id) ?? 'ok',
        waitMs: uploads?.waitMs(id) ?? 0,
      }))
      reply.code(ready ? 200 : 503)
      return {
        status: statusOf(ready && accounts.every(({ upload }) => upload === 'ok')),
        accounts: Object.fromEntries(
          accounts.map(({ id, upload, waitMs }) => [
            id,
            { status: statusOf(ready && upload === 'ok'), upload, ...(waitMs > 0 ? { waitMs } : {}) },
          ]),
        ),
      }
    },
  )
}
