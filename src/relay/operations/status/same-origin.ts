import type { FastifyRequest } from 'fastify'

/**
 * Whether a request may be acted on that a browser may have sent with a password it knows: not when another site's page
 * caused it. Browsers say so themselves in `Sec-Fetch-Site`, or, over plain http, in `Origin`, which is then compared
 * with the host that was asked, or that a trusted proxy was asked (`X-Forwarded-Host`). Programs send neither, and nobody can make them.
 */
export const isSameOrigin = ({ headers, host }: Pick<FastifyRequest, 'headers' | 'host'>): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin } = headers
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  // `URL` drops a default port from both.
  const { protocol, host: asking } = new URL(origin)
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === asking
}
