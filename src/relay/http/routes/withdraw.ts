import type { FastifyInstance } from 'fastify'
import { isObjectId } from '../../../wire/decode.ts'
import { maxBrowserBodyBytes } from '../../../wire/limits.ts'
import { createAdmission } from '../admission.ts'
import { nothing, objectIdParams, problems } from '../schemas.ts'
import type { Scope } from '../scope.ts'

/** `DELETE /v1/subscriptions/{objectId}`: a browser withdraws its registration. 204 even when there is none. */
export const addWithdraw = (app: FastifyInstance, scope: Scope): void => {
  const { store, browsers, prover, refuse } = scope
  const admission = createAdmission(scope)
  const path = '/v1/subscriptions/:objectId'
  browsers.addPreflight(app, path, ['DELETE'])
  app.delete<{ Params: { objectId: string } }>(
    path,
    {
      bodyLimit: maxBrowserBodyBytes,
      onRequest: [browsers.check, admission.check],
      schema: {
        summary: "Withdraws a browser's registration",
        tags: ['browsers'],
        security: [{ registrationKey: [] }, { ticket: [] }],
        params: objectIdParams,
        response: { 204: nothing, ...problems(401, 403, 413, 415, 429, 503) },
      },
    },
    async (request, reply) => {
      const account = browsers.accountOf(request)
      const { objectId } = request.params
      const proof = await prover.forWithdrawal(request, account, objectId)
      const tooMany = await admission.tooMany(request, account.id, objectId, proof)
      if (tooMany) return refuse(request, reply, tooMany)
      if (proof.kind === 'refused') return refuse(request, reply, proof.refusal)
      if (isObjectId(objectId)) await store.withdraw(account.id, objectId)
      return reply.code(204).send()
    },
  )
}
