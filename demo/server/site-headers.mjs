const common = { 'cache-control': 'no-cache', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' }

/**
 * The Content-Security-Policy of a careful customer's site: scripts and requests only to itself and the relay, and Trusted Types.
 * Pushferry must work under it, and a test looks for violations.
 *
 * @param {string} relay the relay's origin
 */
export const pageHeaders = (relay) => ({
  'content-security-policy': [
    "default-src 'self'",
    `script-src 'self' ${relay}`,
    `connect-src 'self' ${relay}`,
    "require-trusted-types-for 'script'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  ...common,
})

/**
 * The policy of the worker's file. It does not require Trusted Types, because `importScripts` with a string would violate them. (A site
 * that requires them for every file hosts a copy of the worker instead.)
 *
 * @param {string} relay the relay's origin
 */
export const workerHeaders = (relay) => ({
  'content-security-policy': `default-src 'none'; script-src ${relay}; connect-src 'self' ${relay}`,
  ...common,
})
