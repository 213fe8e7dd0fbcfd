import type { FastifyRequest } from 'fastify'

/**
 * Whether a request may be acted on that a browser may have sent with a password it knows: not when another site's page
 * caused it. Browsers say so themselves in `Sec-Fetch-Site`, or, over plain http, in `Origin`, which is then compared
 * with the host that was asked. Programs send neither, and nobody can make them.
 */
export const isSameOrigin = ({ headers, host }: Pick<FastifyRequest, 'headers' | 'host'>): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin } = headers
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
}
