/** @typedef {Record<string, string | undefined>} Environment */

/**
 * Whether to use the real CleverTap: an account or a passcode is set. A region or an address alone is not enough for requests.
 *
 * @param {Environment} env
 */
export const namesAccount = (env) =>
  ['CLEVERTAP_ACCOUNT_ID', 'CLEVERTAP_PASSCODE', 'CLEVERTAP_PASSCODE_FILE'].some((name) => env[name])

/** Settings that the demo always sets itself, with their `_FILE` names. */
const decided = [
  'PUSHFERRY_HOST',
  'PUSHFERRY_STORE',
  'PUSHFERRY_ORIGINS',
  'PUSHFERRY_API_KEYS',
  'PUSHFERRY_TICKETS',
  'PUSHFERRY_CONFIG',
].flatMap((name) => [name, `${name}_FILE`])

/**
 * The settings of the demo's relay: the caller's `CLEVERTAP_*` and `PUSHFERRY_*`, overridden by the demo's own. The relay checks all of
 * them and refuses unknown names.
 *
 * @param {Environment} env the process's
 * @param {object} decisions
 * @param {readonly string[]} decisions.origins of the demo site
 * @param {string} decisions.apiKey
 * @param {string} decisions.adminKey unless the caller has set one
 * @param {string} decisions.store path of the SQLite file
 * @param {string} decisions.vapidPublicKey unless the caller has set CleverTap's
 * @param {{url: string, accountId: string, passcode: string} | undefined} decisions.simulator
 * @returns {Environment}
 */
export const relayEnvironment = (env, { origins, apiKey, adminKey, store, vapidPublicKey, simulator }) => {
  const given = Object.entries(env).filter(
    ([name]) => (name.startsWith('PUSHFERRY_') || name.startsWith('CLEVERTAP_')) && !decided.includes(name),
  )
  return {
    PUSHFERRY_VAPID_PUBLIC_KEY: vapidPublicKey,
    ...(env.PUSHFERRY_ADMIN_KEY_FILE === undefined && { PUSHFERRY_ADMIN_KEY: adminKey }),
    // A short wait, because the user of the demo waits for the end of an outage.
    PUSHFERRY_FLUSH_MS: '200',
    PUSHFERRY_RETRY_MAX_MS: '4000',
    ...Object.fromEntries(given),
    ...(simulator && {
      CLEVERTAP_URL: simulator.url,
      CLEVERTAP_ACCOUNT_ID: simulator.accountId,
      CLEVERTAP_PASSCODE: simulator.passcode,
    }),
    PUSHFERRY_HOST: '127.0.0.1',
    PUSHFERRY_STORE: `sqlite:${store}`,
    PUSHFERRY_ORIGINS: origins.join(','),
    PUSHFERRY_API_KEYS: `demo:${apiKey}`,
  }
}
