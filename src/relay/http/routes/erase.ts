import type { FastifyInstance } from 'fastify'
import { isObjectId } from '../../../wire/decode.ts'
import { maxBrowserBodyBytes } from '../../../wire/limits.ts'
import { nothing, objectIdParams, problems } from '../schemas.ts'
import type { Scope } from '../scope.ts'

/** `DELETE /v1/tokens/{objectId}`: removes a profile's row and every trace of it. Answers 204 even if there is none. */
export const addErase = (app: FastifyInstance, { store, backends }: Scope): void => {
  app.delete<{ Params: { objectId: string } }>(
    '/v1/tokens/:objectId',
    {
      bodyLimit: maxBrowserBodyBytes,
      onRequest: backends.check,
      schema: {
        summary: "Erases a profile's token",
        tags: ['backends'],
        security: [{ apiKey: [] }, { passcode: [] }],
        params: objectIdParams,
        response: { 204: nothing, ...problems(401, 413, 415, 503) },
      },
    },
    async (request, reply) => {
      const { objectId } = request.params
      if (isObjectId(objectId)) await store.erase(backends.callerOf(request).account.id, objectId)
      return reply.code(204).send()
    },
  )
}
