import type { PushErrorCode } from './errors.ts'

/** What failed, and what to do: the message of each `PushError`. */
export const messages: Readonly<Record<PushErrorCode, string>> = {
  unsupported: 'This browser has no push: hide the button.',
  'needs-install': 'This browser needs the site on the home screen: explain how.',
  'insecure-context': 'This browser needs https or localhost.',
  'permission-denied': 'The user has blocked notifications: only the browser settings change that.',
  'permission-dismissed': 'The user has not answered: ask again in another click.',
  'no-object-id': 'No CleverTap ID in time: load the CleverTap Web SDK, or set objectId.',
  'bad-vapid-key': 'The VAPID public key is not valid: set that of the relay.',
  'worker-failed': 'The service worker failed: check its URL, type and scope.',
  'worker-timeout': 'The service worker was not active in time: try again.',
  'push-service-unavailable': 'The browser has no push service: try again, or allow it in Brave.',
  'subscribe-failed': 'The browser did not change the subscription: see cause.',
  'relay-refused': 'The relay refused or did not answer: see cause.',
}
