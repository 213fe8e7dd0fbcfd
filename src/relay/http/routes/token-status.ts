import type { FastifyInstance } from 'fastify'
import { isObjectId } from '../../../wire/decode.ts'
import { objectIdParams, problems, tokenStatus } from '../schemas.ts'
import type { Scope } from '../scope.ts'

/** `GET /v1/tokens/{objectId}`: the state of a profile's token. */
export const addTokenStatus = (app: FastifyInstance, { store, backends, refuse }: Scope): void => {
  app.get<{ Params: { objectId: string } }>(
    '/v1/tokens/:objectId',
    {
      onRequest: backends.check,
      schema: {
        summary: 'Returns the state of a token, by its objectId',
        tags: ['backends'],
        security: [{ apiKey: [] }, { passcode: [] }],
        params: objectIdParams,
        response: { 200: tokenStatus, ...problems(401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { objectId } = request.params
      const found = isObjectId(objectId) ? await store.find(backends.callerOf(request).account.id, objectId) : undefined
      return found ?? refuse(request, reply, { code: 'not_found', detail: 'no token is known for this objectId' })
    },
  )
}
