import type { PushErrorCode } from './errors.ts'

/** What to do about each code. */
const advice: Readonly<Partial<Record<PushErrorCode, string>>> = {
  unsupported: 'hide the button',
  'needs-install': 'add it to the home screen',
  'insecure-context': 'use https',
  'permission-denied': 'allow it in the browser settings',
  'permission-dismissed': 'try again in another click',
  'no-object-id': 'load the CleverTap Web SDK or set objectId',
  'bad-vapid-key': 'set that of the relay',
  'worker-failed': 'check its URL, type and scope',
  'worker-timeout': 'try again',
  'push-service-unavailable': 'try again, or allow it in Brave',
}

/** What failed, and what to do: the message of a `PushError`. */
export const messageOf = (code: PushErrorCode): string =>
  `Push failed, ${code.replaceAll('-', ' ')}: ${advice[code] ?? 'see cause'}.`
