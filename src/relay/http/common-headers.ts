/*
 * Headers of every answer; a route may replace them. Not `@fastify/helmet`, which sets a dozen on each answer: each header takes
 * about 1 % of a registration's time. Headers about documents are only on answers to GET, which a browser can open as a document.
 */

/** On every answer. */
export const commonHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** On every answer to GET and HEAD. */
export const documentHeaders = {
  ...commonHeaders,
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const
