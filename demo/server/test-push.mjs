/** @typedef {import('./vapid.mjs').VapidKeys} VapidKeys */
/** @typedef {import('web-push').PushSubscription} Subscription */

const timeoutMs = 10_000

/**
 * A decrypted push in CleverTap's format (no schema is published; CleverTap's worker reads these members). The two report paths point to
 * the demo site, which shows the requests.
 *
 * @param {string} origin of the demo site
 * @param {number} test
 */
export const payloadOf = (origin, test) => ({
  title: 'Your token arrived',
  deepLink: `${origin}/`,
  notificationOptions: {
    body: `Test notification ${test}, sent through your browser's push service and shown by Pushferry's worker.`,
    icon: `${origin}/icon.png`,
    actions: [{ action: 'action1', title: 'Back to the demo', deepLink: `${origin}/` }],
    data: { wzrk_id: `demo_${test}` },
  },
  raiseNotificationViewedPath: `${origin}/demo/viewed?test=${test}`,
  redirectPath: `${origin}/demo/clicked?test=${test}`,
  wzrk_acct_id: 'demo',
  ct: 'pn',
})

/** @param {number} status */
const meaningOf = (status) => {
  if (status < 300) return 'The push service has taken it. It should be on your screen in a moment.'
  if (status === 404 || status === 410) return 'The push service says that this subscription is gone. Subscribe again.'
  if (status === 401 || status === 403)
    return 'The push service refuses the signature: this subscription was made with another VAPID key. Unsubscribe, and subscribe again.'
  if (status === 429) return 'The push service wants fewer messages. Wait a little.'
  return `The push service answered ${status}. Try again in a moment.`
}

/**
 * Makes the sender of test notifications. Like CleverTap it encrypts for one browser, signs with the VAPID pair, and sends to the
 * browser's push service.
 *
 * @param {object} parts
 * @param {Pick<typeof import('web-push'), 'generateRequestDetails'>} parts.webPush
 * @param {VapidKeys} parts.vapid the pair that the subscription was made with
 * @param {string | undefined} parts.pushService an origin that replaces the endpoint's own, for tests
 */
export const createTestPush = ({ webPush, vapid, pushService }) => {
  let tests = 0

  /**
   * @param {Subscription} subscription
   * @param {string} payload
   */
  const encrypt = (subscription, payload) => {
    try {
      const vapidDetails = { subject: 'mailto:demo@pushferry.example', ...vapid }
      return webPush.generateRequestDetails(subscription, payload, { TTL: 60, vapidDetails })
    } catch (error) {
      throw new TypeError('these are no keys of a subscription', { cause: error })
    }
  }

  /**
   * @param {Subscription} subscription
   * @param {string} origin of the demo site, as the page has it
   * @returns {Promise<import('../contract.ts').TestPushAnswer>}
   * @throws {TypeError} no such subscription can be pushed to
   */
  return async (subscription, origin) => {
    const url = new URL(subscription.endpoint)
    if (url.protocol !== 'https:' && !pushService) throw new TypeError('the endpoint must be an https URL')
    const test = ++tests
    const payload = payloadOf(origin, test)
    const { headers, body } = encrypt(subscription, JSON.stringify(payload))
    const { 'Content-Length': _, ...sent } = headers // fetch sets it itself
    try {
      const { status } = await fetch(pushService ? pushService + url.pathname : url, {
        method: 'POST',
        headers: sent,
        body: body && new Uint8Array(body),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      return { test, payload, status, message: meaningOf(status) }
    } catch {
      const message = `${url.host} cannot be reached from this machine: sending needs the internet.`
      return { test, payload, status: null, message }
    }
  }
}
