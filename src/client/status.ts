import type { KeptReason } from '../browser/reason.ts'
import type { PushErrorCode } from './errors.ts'

/**
 * The reason of the state. A closed list:
 *
 * - the relay's answer to the last try: its problem code with dashes (`push-service-not-accepted`,
 *   `registration-key-mismatch`, `ticket-required`, …), its status such as `http-503` if it has no code, or `unreachable` if no
 *   answer came in time
 * - `handed-to-…` when the relay does not accept this browser's push service, and the `fallback` has the subscription. Nobody
 *   acknowledges a hand-over
 * - `permission-revoked` when the browser took back a permission that was granted. Ask again, in a click
 * - `signed-out` when the `objectId` function said that nobody is signed in
 * - else the code of the last `PushError` of this page
 */
export type Reason = KeptReason | PushErrorCode

/**
 * This browser's state: the result of `status()`, `getSnapshot()` and every verb. Contains no token, endpoint, key or ticket.
 *
 * - `unsupported`: this browser cannot receive pushes
 * - `needs-install`: an iPhone or iPad tab; it works once the site is on the home screen
 * - `prompt`: the user has not been asked, or has not answered
 * - `denied`: the user has blocked notifications
 * - `granted`: allowed, but not subscribed, or nobody is signed in
 * - `subscribed`: the browser is subscribed, but the relay has not acknowledged it; `reason` says why, if known
 * - `registered`: acknowledged: the relay has this subscription for this `objectId` on disk
 *
 * `objectId` is the CleverTap ID that this browser was last registered for, or is being registered for.
 *
 * The client retries automatically if a later try can succeed. After a final refusal it sends the registration again only when
 * something changes, after `refreshAfterDays`, or when `register` is called.
 */
export type Status =
  | {
      readonly state: 'unsupported'
      readonly reason: 'unsupported' | 'insecure-context'
      readonly objectId?: undefined
    }
  | { readonly state: 'needs-install'; readonly reason: 'needs-install'; readonly objectId?: undefined }
  | {
      readonly state: 'prompt' | 'denied' | 'granted' | 'subscribed'
      readonly reason?: Reason | undefined
      readonly objectId?: string | undefined
    }
  | { readonly state: 'registered'; readonly reason?: Reason | undefined; readonly objectId: string }

export type State = 'unsupported' | 'needs-install' | 'prompt' | 'denied' | 'granted' | 'subscribed' | 'registered'
