import type { FastifyInstance } from 'fastify'
import type { RelayConfig } from '../../../wire/record.ts'
import { problems, relayConfig } from '../schemas.ts'
import type { Scope } from '../scope.ts'

/** `GET /v1/config`: the settings that a page needs to subscribe. */
export const addPageConfig = (app: FastifyInstance, { browsers }: Scope): void => {
  const path = '/v1/config'
  browsers.addPreflight(app, path, ['GET'])
  app.get(
    path,
    {
      onRequest: browsers.check,
      schema: {
        summary: "Returns the public key of the page's account, and whether it requires tickets",
        tags: ['browsers'],
        response: { 200: relayConfig, ...problems(403) },
      },
    },
    (request, reply) => {
      const { vapidPublicKey, tickets } = browsers.accountOf(request)
      reply.header('cache-control', 'private, max-age=60')
      reply.send({ vapidPublicKey: vapidPublicKey ?? null, tickets } satisfies RelayConfig)
    },
  )
}
