import type { PushErrorCode } from './errors.ts'

/** What failed, and what to do: the message of each `PushError`. */
export const messages: Readonly<Record<PushErrorCode, string>> = {
  unsupported: 'This browser has no web push: hide the offer.',
  'needs-install': 'Push needs the site on the home screen: explain how to add it.',
  'insecure-context': 'Push needs https or localhost.',
  'permission-denied': 'Notifications are blocked: only the user can allow them, in the browser settings.',
  'permission-dismissed': 'The user did not answer the prompt: ask again later, in another click.',
  'no-object-id': 'No CleverTap ID in time: load the CleverTap Web SDK, or set objectId.',
  'bad-vapid-key': 'The VAPID public key is not valid: set the one of the relay.',
  'worker-failed': 'The service worker failed: check its URL, content type and scope.',
  'worker-timeout': 'The service worker was not active in time: try again later.',
  'push-service-unavailable': 'The browser cannot reach its push service: try again later, or allow it in Brave.',
  'subscribe-failed': 'The browser did not change the subscription: see cause.',
  'relay-refused': 'The relay refused, or has no answer: see cause.',
}
