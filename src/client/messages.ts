import type { PushErrorCode } from './errors.ts'

/** Advice for each code. */
const advice: Readonly<Partial<Record<PushErrorCode, string>>> = {
  unsupported: 'hide the button',
  'needs-install': 'add it to the home screen',
  'insecure-context': 'use https',
  'permission-denied': 'allow it in the browser settings, outside private windows',
  'permission-dismissed': 'try again in another click',
  'no-object-id': 'load the CleverTap Web SDK or check objectId',
  'bad-vapid-key': 'set the public key of the CleverTap dashboard',
  'worker-failed': 'check its URL, type and scope',
  'worker-timeout': 'try again',
  'push-service-unavailable': 'try another network, or allow it in Brave',
  'relay-refused': 'run pushferry doctor',
}

/**
 * The message of a `PushError`: the failure, and the advice.
 *
 * @param reason the relay's reason after a space; empty for other failures
 */
export const messageOf = (code: PushErrorCode, reason: string): string =>
  `Push failed, ${code}${reason}: ${advice[code] ?? 'see cause'}.`
