import type { KeptReason } from '../browser/reason.ts'
import type { PushErrorCode } from './errors.ts'

/**
 * Why the state is what it is. A closed list:
 *
 * - the relay's answer to the last try: its problem code with dashes (`push-service-not-accepted`,
 *   `registration-key-mismatch`, `ticket-required`, …), or `http-503`, the status of an answer without a code, or
 *   `unreachable`: it gave no answer in time
 * - `handed-to-…` where the relay does not take this browser's push service, and the `fallback` has taken the subscription.
 *   Nobody acknowledges that
 * - `permission-revoked` where the permission was granted, and the browser took it back. Ask again, in a click
 * - `signed-out` where the `objectId` function said that nobody is signed in
 * - else the code of the `PushError` that the last verb of this page ended with
 */
export type Reason = KeptReason | PushErrorCode

/**
 * How far this browser has come: the answer of `status()`, `getSnapshot()` and every verb. Holds no token, endpoint, key or
 * ticket.
 *
 * - `unsupported`: push cannot work here, whatever the user does
 * - `needs-install`: an iPhone or iPad tab; it works once the site is on the home screen
 * - `prompt`: the user has not been asked, or has not answered
 * - `denied`: the user has blocked notifications
 * - `granted`: allowed, but not subscribed, or nobody is signed in
 * - `subscribed`: the browser is subscribed, but the relay has not acknowledged it; `reason` says why, as far as it is
 *   known
 * - `registered`: acknowledged: the relay has this very subscription for this `objectId` on disk
 *
 * `objectId` is the CleverTap ID that this browser was last registered for, or is being registered for.
 *
 * The client retries by itself whatever can succeed later. A registration that the relay has refused for good rests until
 * something changes, `refreshAfterDays` are over, or `register` is called.
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
