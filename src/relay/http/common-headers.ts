/**
 * On every answer; a route may replace what does not fit it. Written by hand and not by `@fastify/helmet`, whose hook
 * sets a dozen headers one by one on each request, most of them about documents, which this server mostly does not have.
 */
export const commonHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const
