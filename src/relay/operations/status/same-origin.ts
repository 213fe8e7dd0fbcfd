import type { FastifyRequest } from 'fastify'

/**
 * CSRF check: refuses requests that another site's page caused in a browser that knows the password. Browsers send
 * `Sec-Fetch-Site`, or over plain http `Origin`, which is compared with the request's host, or with a trusted proxy's
 * `X-Forwarded-Host`. Programs send neither header, and no page can make a browser omit them.
 */
export const isSameOrigin = ({ headers, host }: Pick<FastifyRequest, 'headers' | 'host'>): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin } = headers
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  // `URL` removes a default port from both.
  const { protocol, host: asking } = new URL(origin)
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === asking
}
