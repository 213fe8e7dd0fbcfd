const common = { 'cache-control': 'no-cache', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' }

/**
 * The policy that a careful customer's site has: scripts of its own and the relay's, no string ever turned into script,
 * requests to itself and the relay. Pushferry has to work under it, and a test looks for violations.
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
 * The worker has a policy of its own, which comes with its file. It says nothing of trusted types: `importScripts` with a
 * text would violate them, and a worker has no other way to write its one line. (A site that sends them with every file
 * hosts a copy of the worker in place of the line.)
 *
 * @param {string} relay the relay's origin
 */
export const workerHeaders = (relay) => ({
  'content-security-policy': `default-src 'none'; script-src ${relay}; connect-src 'self' ${relay}`,
  ...common,
})
