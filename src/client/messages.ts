import type { PushErrorCode } from './errors.ts'

/** What a person reads in the console: what failed, and what to do. */
export const messages: Readonly<Record<PushErrorCode, string>> = {
  unsupported: 'This browser has no web push here. Hide the offer.',
  'needs-install': 'On iPhone and iPad push works only from the home screen. Ask the user to add the site to it.',
  'insecure-context': 'Push needs https or localhost. Serve the page over https.',
  'permission-denied': 'Notifications are blocked. Only the user can allow them, in the settings of the browser.',
  'permission-dismissed': 'The user did not answer the prompt. Ask again later, in another click.',
  'no-object-id': 'No CleverTap ID came in time. Load the CleverTap Web SDK, or set the option objectId.',
  'bad-vapid-key': 'The VAPID public key is not valid. Set the one that `pushferry vapid` prints.',
  'worker-failed': 'The service worker failed. See cause, and check its URL, content type and scope.',
  'worker-timeout': 'The service worker did not start in time. Call again later.',
  'push-service-unavailable':
    'The browser cannot reach its push service. Call again later; in Brave, allow Google push messaging.',
  'subscribe-failed': 'The browser refused to change the subscription. See cause.',
  'relay-refused': 'The relay refused, or could not be asked. See cause, and check the settings of the relay.',
}
