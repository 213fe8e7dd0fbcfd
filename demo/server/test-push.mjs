/** @typedef {import('./vapid.mjs').VapidKeys} VapidKeys */
/** @typedef {import('web-push').PushSubscription} Subscription */

const timeoutMs = 10_000

/**
 * A push as CleverTap's own arrive once they are decrypted (no schema is published; the members are those that its
 * worker reads). The two report paths point to the demo site, so that it can show that they were called.
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
 * Sends one test notification, as CleverTap would: encrypted for this browser, signed with the VAPID pair.
 *
 * @param {object} parts
 * @param {Pick<typeof import('web-push'), 'generateRequestDetails'>} parts.webPush
 * @param {VapidKeys} parts.vapid the pair that the subscription was made with
 * @param {string | undefined} parts.pushService an origin that stands in for the endpoint's own, for tests
 */
export const createTestPush =
  ({ webPush, vapid, pushService }) =>
  /**
   * @param {Subscription} subscription
   * @param {object} payload
   * @returns {Promise<{status: number | null, message: string}>} null: the push service could not be reached
   * @throws {TypeError} no such subscription can be pushed to
   */
  async (subscription, payload) => {
    const url = new URL(subscription.endpoint)
    if (url.protocol !== 'https:' && !pushService) throw new TypeError('the endpoint must be an https URL')
    /** @type {import('web-push').RequestDetails} */
    let request
    try {
      request = webPush.generateRequestDetails(subscription, JSON.stringify(payload), {
        TTL: 60,
        vapidDetails: { subject: 'mailto:demo@pushferry.example', ...vapid },
      })
    } catch (error) {
      throw new TypeError('these are no keys of a subscription', { cause: error })
    }
    const { 'Content-Length': _, ...headers } = request.headers // fetch sets it, and refuses to be told
    try {
      const { status } = await fetch(pushService ? pushService + url.pathname : url, {
        method: 'POST',
        headers,
        body: request.body && new Uint8Array(request.body),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      })
      return { status, message: meaningOf(status) }
    } catch {
      return { status: null, message: `${url.host} cannot be reached from this machine: sending needs the internet.` }
    }
  }
