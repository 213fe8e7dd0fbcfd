import type { FastifyReply, FastifyRequest } from 'fastify'
import { sameSecret } from '../keys/same-secret.ts'
import { readBearer } from './bearer.ts'
import { clientAddress } from './client-address.ts'
import type { Refuse } from './refuse.ts'

/** Lets a request with the admin key through. To be called on each admin route's `onRequest`. */
export type AdminGuard = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void

/** The password of `Authorization: Basic …` (RFC 7617), with any user name; undefined for any other scheme or none. */
export const readBasicPassword = ({ headers }: FastifyRequest): string | undefined => {
  const [, encoded] = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(headers.authorization ?? '') ?? []
  if (encoded === undefined) return undefined
  const credentials = Buffer.from(encoded, 'base64').toString()
  const colon = credentials.indexOf(':')
  return colon < 0 ? undefined : credentials.slice(colon + 1)
}

/**
 * Makes the guard of `/metrics` and the status page. Accepts the key as Bearer, or as the password of HTTP Basic with any user name,
 * because browsers prompt for that. Without a configured key the routes answer 404, because a 401 would make browsers ask for a
 * password although none is right. The answer names the setting that opens them.
 */
export const createAdminGuard =
  (adminKey: string | undefined, refuse: Refuse): AdminGuard =>
  (request, reply, done) => {
    if (adminKey === undefined) {
      refuse(request, reply, { code: 'not_found', detail: 'this route is closed: set PUSHFERRY_ADMIN_KEY to open it' })
      return
    }
    const given = readBearer(request) ?? readBasicPassword(request)
    if (given !== undefined && sameSecret(given, adminKey)) {
      done()
      return
    }
    refuse(request, reply, {
      code: 'unauthorized',
      detail: 'send the admin key as Authorization: Bearer, or as the password of any user',
      headers: { 'www-authenticate': 'Basic realm="Pushferry", charset="UTF-8", Bearer realm="pushferry"' },
      ...(given === undefined ? {} : { log: { address: String(clientAddress(request) ?? 'unknown') } }),
    })
  }
