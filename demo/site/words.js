/** The meaning of each state of `push.status()`. @type {Readonly<Record<string, string>>} */
const states = {
  unsupported: 'This browser has no web push.',
  'needs-install': 'On an iPhone or iPad push works once the site is on the home screen.',
  prompt: 'You have not been asked yet.',
  denied: 'Notifications are blocked for this site.',
  granted: 'Notifications are allowed; there is no subscription.',
  subscribed: 'There is a subscription; the relay has not acknowledged it yet.',
  registered: 'The relay has your token on disk.',
}

/** @param {string} state */
export const describeState = (state) => states[state] ?? ''

const blocked =
  'Notifications are blocked here. Open the site settings from the icon left of the address, allow notifications, and press Subscribe again. Private windows never allow them.'

/** Advice for visitors about a `PushError`, by its code. @type {Readonly<Record<string, string>>} */
const remedies = {
  unsupported: 'This browser has no PushManager. Use Chrome, Edge, Firefox or Safari, in a window that is not private.',
  'needs-install': 'Add this page to the home screen (Share, then Add to Home Screen), and open it from there.',
  'insecure-context': 'Push needs https or localhost. Open the page by the address that npm start printed.',
  'permission-denied': blocked,
  'permission-dismissed': 'You closed the browser’s prompt without an answer. Press Subscribe again.',
  'no-object-id': 'There is no CleverTap ID. Enter one below, and press Subscribe again.',
  'bad-vapid-key':
    'The relay has no usable VAPID public key: check PUSHFERRY_VAPID_PUBLIC_KEY, and start the demo again.',
  'worker-failed': 'The service worker could not be installed. Is the relay running? Then reload the page.',
  'worker-timeout': 'The service worker was not active in time. Reload the page, and press Subscribe again.',
  'push-service-unavailable':
    'Your browser cannot reach its push service. Check the internet connection, the firewall and the proxy, and whether the browser has the service switched off (in Brave: Settings, Privacy, Use Google services for push messaging).',
  'subscribe-failed': 'The browser did not subscribe. Reload the page and try again, or use a new browser profile.',
  'relay-refused': 'The relay refused the request, or does not answer. Read .demo/relay.log.',
}

/** Texts for reasons of `push.status()` that differ from the error's. @type {Readonly<Record<string, string>>} */
const reasons = {
  'push-service-not-accepted':
    'This browser’s push service is not Google’s, and CleverTap documents no token type for it. If your account accepts it, map it, for example with PUSHFERRY_WEB_TYPES=updates.push.services.mozilla.com=chrome npm start.',
  'origin-not-allowed': 'The relay does not allow this origin: open the page by the address that npm start printed.',
  'registration-key-mismatch': 'This CleverTap ID is registered by another browser. Take a new one below.',
  'too-many-requests': 'The page has sent too many requests. It tries again later.',
  unreachable: 'The relay does not answer. The page tries again later.',
}

/**
 * @param {string | undefined} code of a `PushError`, or the reason of a status
 * @returns {string | undefined} undefined when there is no advice
 */
export const remedyOf = (code) => (code === undefined ? undefined : (reasons[code] ?? remedies[code]))
