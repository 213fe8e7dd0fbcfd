import type { FastifyInstance, FastifyRequest } from 'fastify'
import { maxBrowserBodyBytes } from '../../../wire/limits.ts'
import type { Acknowledgement } from '../../../wire/record.ts'
import { browserEntry, type ReadSubscription, readSubscription } from '../../intake/browser.ts'
import { readTraceId } from '../../operations/trace.ts'
import { StoreError } from '../../store/errors.ts'
import { createAdmission } from '../admission.ts'
import { keyMismatch } from '../proof.ts'
import type { Refusal } from '../refusal.ts'
import { acknowledgement, problems, subscriptionBody } from '../schemas.ts'
import type { Scope } from '../scope.ts'

const refusalOf = (read: Extract<ReadSubscription, { ok: false }>): Refusal =>
  read.code === 'invalid_record'
    ? { code: read.code, detail: read.problem.message, recordCode: read.problem.code }
    : {
        code: read.code,
        detail: 'this push service has no token type at CleverTap; PUSHFERRY_WEB_TYPES can map it to one',
        log: { host: read.host },
      }

/** `POST /v1/subscriptions`: a browser registers its subscription. 202 once it is on disk. */
export const addRegister = (app: FastifyInstance, scope: Scope): void => {
  const { store, browsers, prover, registrationKeys, refuse, onIntake } = scope
  const admission = createAdmission(scope)
  const path = '/v1/subscriptions'
  const tell = (request: FastifyRequest, account: string, result: string): void => {
    const traceId = readTraceId(request.headers.traceparent)
    onIntake({ account, from: 'browser', requestId: request.id, traceId, results: { [result]: 1 } })
  }
  browsers.addPreflight(app, path, ['POST'])
  app.post(
    path,
    {
      bodyLimit: maxBrowserBodyBytes,
      onRequest: [browsers.check, admission.check],
      schema: {
        summary: "Registers a browser's push subscription",
        tags: ['browsers'],
        security: [{}, { registrationKey: [] }, { ticket: [] }],
        body: subscriptionBody,
        response: { 202: acknowledgement, ...problems(400, 401, 403, 413, 415, 422, 429, 503) },
      },
    },
    async (request, reply) => {
      const account = browsers.accountOf(request)
      const missing = prover.missingTicket(request, account)
      if (missing) return refuse(request, reply, admission.unproved(request) ?? missing)
      const read = readSubscription(request.body, account.webTypes)
      if (!read.ok) {
        tell(request, account.id, read.code === 'invalid_record' ? String(read.problem.code) : read.code)
        return refuse(request, reply, admission.unproved(request) ?? refusalOf(read))
      }
      const { objectId } = read.subscription
      const registrationKey = await registrationKeys(account.id, objectId)
      const proof = await prover.forRegistration(request, account, objectId, registrationKey)
      const tooMany = await admission.tooMany(request, account.id, objectId, proof)
      if (tooMany) return refuse(request, reply, tooMany)
      if (proof.kind === 'refused') return refuse(request, reply, proof.refusal)
      const [put] = await store.put([
        browserEntry(read.subscription, account, proof.kind === 'proved' ? proof.by : proof.kind),
      ])
      if (!put) throw new Error('the store gave no result for the entry')
      const { result } = put
      tell(request, account.id, result)
      if (result === 'refused') return refuse(request, reply, { ...keyMismatch, log: { objectId } })
      if (result === 'full') throw new StoreError('full', 'the queue of unproved records is full')
      reply.code(202)
      return { result, objectId, registrationKey } satisfies Acknowledgement
    },
  )
}
