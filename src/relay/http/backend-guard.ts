import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccountConfig } from '../config/types.ts'
import { type Caller, createApiKeyCheck } from '../keys/api-keys.ts'
import { readBearer } from './bearer.ts'
import { clientAddress } from './client-address.ts'
import type { Refuse } from './refuse.ts'

/** Lets a request with an API key through. */
export interface BackendGuard {
  /** To be called on each backend route's `onRequest`. */
  check(request: FastifyRequest, reply: FastifyReply, done: () => void): void
  /** The owner of a checked request's key. */
  callerOf(request: FastifyRequest): Caller
}

const headerValue = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const isSent = (key: string | undefined): key is string => key !== undefined

/**
 * Makes the guard of the backend routes. Accepts the key as `Authorization: Bearer` or as `X-CleverTap-Passcode`, so that scripts
 * written for CleverTap only need another address and another value. If both headers are sent, one valid key is enough, because
 * gateways add an `Authorization` header. If `X-CleverTap-Account-Id` names an account, the key must belong to it.
 */
export const createBackendGuard = (
  app: FastifyInstance,
  accounts: readonly AccountConfig[],
  refuse: Refuse,
): BackendGuard => {
  const callerOf = createApiKeyCheck(accounts)
  app.decorateRequest('caller', undefined)
  const explain = (isMissing: boolean, accountId: string | undefined): string => {
    if (isMissing) return 'an API key is missing: send it as Authorization: Bearer or as X-CleverTap-Passcode'
    const unknown = 'Invalid Credentials: this API key is not known here, or not for this account'
    return accounts.length > 1 && accountId === undefined
      ? `${unknown}; a key of several accounts needs X-CleverTap-Account-Id`
      : unknown
  }
  return {
    check(request, reply, done) {
      const keys = [readBearer(request), headerValue(request.headers['x-clevertap-passcode'])].filter(isSent)
      const accountId = headerValue(request.headers['x-clevertap-account-id'])
      const caller = keys.map((key) => callerOf(key, accountId)).find((one) => one !== undefined)
      if (!caller) {
        refuse(request, reply, {
          code: 'unauthorized',
          detail: explain(keys.length === 0, accountId),
          headers: { 'www-authenticate': 'Bearer realm="pushferry"' },
          log: { address: String(clientAddress(request) ?? 'unknown') },
        })
        return
      }
      request.setDecorator('caller', caller)
      done()
    },
    callerOf: (request) => request.getDecorator<Caller>('caller'),
  }
}
