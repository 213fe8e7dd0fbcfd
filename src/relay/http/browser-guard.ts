import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { registrationKeyHeader } from '../../wire/record.ts'
import type { AccountConfig } from '../config/types.ts'
import type { Trust } from './client-address.ts'
import type { Refusal } from './refusal.ts'
import type { Refuse } from './refuse.ts'

/** Lets a request of an allowed origin through, and answers a preflight. */
export interface BrowserGuard {
  /** To be called on each browser route's `onRequest`. */
  check(request: FastifyRequest, reply: FastifyReply, done: () => void): void
  /** Adds the answer to the CORS preflights of a path. */
  addPreflight(app: FastifyInstance, path: string, methods: readonly string[]): void
  /** The account to which a checked request's origin belongs. */
  accountOf(request: FastifyRequest): AccountConfig
}

/** Headers of the page client. Each preflight allows all of them, so that a browser asks only once. */
const ownHeaders = `Authorization, Content-Type, ${registrationKeyHeader}, X-Request-Id`

const preflightHeaders = {
  // The longest time that browsers accept: a day in Firefox, two hours in Chrome.
  'access-control-max-age': '86400',
}

/**
 * The origins that the page of a request may have. Browsers omit `Origin` from a same-origin GET, such as one of a page whose
 * site also hosts the relay. They send `Sec-Fetch-Site: same-origin` instead, so the page's host is the requested host. Behind a
 * trusted proxy it may also be any host in `X-Forwarded-Host`, because each proxy may add the host of its own request. `URL`
 * drops a default port.
 */
const originsOf = ({ method, headers, host, raw }: FastifyRequest, isTrusted: Trust): readonly string[] => {
  if (headers.origin !== undefined) return [headers.origin]
  if (!['GET', 'HEAD'].includes(method) || headers['sec-fetch-site'] !== 'same-origin') return []
  const forwarded = isTrusted(raw.socket.remoteAddress) ? String(headers['x-forwarded-host'] ?? '').split(',') : []
  return [host, ...forwarded.map((one) => one.trim())]
    .flatMap((one) => [`https://${one}`, `http://${one}`])
    .filter((url) => URL.canParse(url))
    .map((url) => new URL(url).origin)
}

/** The log has the origin, so that an operator sees what to add to `PUSHFERRY_ORIGINS`. */
const notAllowed = ({ headers: { origin = '' } }: FastifyRequest): Refusal => ({
  code: 'origin_not_allowed',
  detail: 'pages of this origin may not use this relay',
  ...(URL.canParse(origin) && { log: { origin: new URL(origin).origin } }),
})

/**
 * Makes the guard of the browser routes: the exact `Origin` (scheme, host, port) decides whether a request is accepted, and
 * for which account. It also answers CORS, because `@fastify/cors` does not know the accounts.
 */
export const createBrowserGuard = (
  app: FastifyInstance,
  accounts: readonly AccountConfig[],
  refuse: Refuse,
  isTrusted: Trust,
): BrowserGuard => {
  const byOrigin = new Map(accounts.flatMap((account) => account.origins.map((origin) => [origin, account] as const)))
  app.decorateRequest('browserAccount', undefined)

  const find = (request: FastifyRequest): AccountConfig | undefined => {
    for (const origin of originsOf(request, isTrusted)) {
      const account = byOrigin.get(origin)
      if (account) return account
    }
    return undefined
  }
  const allow = (request: FastifyRequest, reply: FastifyReply): AccountConfig | undefined => {
    const account = find(request)
    reply.header('vary', 'Origin')
    const { origin } = request.headers
    if (account && origin !== undefined) reply.header('access-control-allow-origin', origin)
    return account
  }

  return {
    check(request, reply, done) {
      const account = allow(request, reply)
      if (!account) {
        refuse(request, reply, notAllowed(request))
        return
      }
      reply.header('access-control-expose-headers', 'Retry-After, X-Request-Id')
      request.setDecorator('browserAccount', account)
      done()
    },
    addPreflight(scope, path, methods) {
      scope.options(path, { schema: { hide: true } }, (request, reply) => {
        const asked = request.headers['access-control-request-headers']
        const isAllowed = allow(request, reply) !== undefined
        // After a refused preflight the page sends nothing more, so only this refusal shows the operator its origin.
        if (!isAllowed && request.headers.origin !== undefined) return refuse(request, reply, notAllowed(request))
        if (isAllowed)
          reply.headers({
            ...preflightHeaders,
            // Any header, because monitoring scripts add their own to fetch and no credentials are used. Listed by name, because
            // `*` does not cover Authorization.
            'access-control-allow-headers': asked === undefined ? ownHeaders : `${ownHeaders}, ${asked}`,
            'access-control-allow-methods': methods.join(', '),
            vary: 'Origin, Access-Control-Request-Headers',
          })
        return reply.code(204).send()
      })
    },
    accountOf: (request) => request.getDecorator<AccountConfig>('browserAccount'),
  }
}
