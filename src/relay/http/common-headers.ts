/*
 * Headers of every answer; a route may replace what does not fit it. Written by hand and not by `@fastify/helmet`, whose
 * hook sets a dozen on each request. Each header costs a registration about a hundredth of its time, so those that are
 * about documents are only on what a browser can open as one: the answers to GET.
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
