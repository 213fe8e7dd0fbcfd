import type { FastifyInstance } from 'fastify'
import { maxBrowserBodyBytes } from '../../../wire/limits.ts'
import { clientAddress } from '../../http/client-address.ts'
import { problems } from '../../http/schemas.ts'
import type { StatusParts } from './routes.ts'
import { isSameOrigin } from './same-origin.ts'
import { retryAnswer, retryBody } from './schema.ts'

interface Wanted {
  account: string
  code?: number
}

const readWanted = (body: unknown): Wanted | undefined => {
  if (typeof body !== 'object' || body === null) return undefined
  const { account, code } = body as { account?: unknown; code?: unknown } // checked below
  if (typeof account !== 'string' || (code !== undefined && !Number.isSafeInteger(code))) return undefined
  return { account, ...(typeof code === 'number' ? { code } : {}) }
}

/** `POST /status/retry`: queues rejected records again, those with one code or all of an account. */
export const addRetry = (
  app: FastifyInstance,
  { store, accounts, guard, refuse, log }: StatusParts,
  security: readonly Record<string, string[]>[],
): void => {
  app.post(
    '/status/retry',
    {
      bodyLimit: maxBrowserBodyBytes,
      onRequest: [
        guard,
        (request, reply, done) => {
          if (isSameOrigin(request)) done()
          else
            refuse(request, reply, {
              code: 'origin_not_allowed',
              detail: 'only the status page itself and programs may send this request',
            })
        },
      ],
      schema: {
        summary: 'Queues rejected records again',
        tags: ['operation'],
        security,
        body: retryBody,
        response: { 200: retryAnswer, ...problems(400, 401, 403, 404, 413, 415, 503) },
      },
    },
    async (request, reply) => {
      const wanted = readWanted(request.body)
      if (!wanted)
        return refuse(request, reply, {
          code: 'malformed_json',
          detail: 'the body must be {"account":"…"}, with a whole number as "code" for the records of one code',
        })
      const { account, code } = wanted
      if (!accounts.includes(account))
        return refuse(request, reply, { code: 'not_found', detail: 'this relay has no such account' })
      const queued = await store.retryRejected(account, code === undefined ? {} : { code })
      log.info('rejected records are queued again', {
        requestId: request.id,
        account,
        address: String(clientAddress(request) ?? 'unknown'),
        records: queued,
        ...(code === undefined ? {} : { recordCode: code }),
      })
      return { queued }
    },
  )
}
