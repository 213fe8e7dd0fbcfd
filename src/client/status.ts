/**
 * How far this browser has come.
 *
 * - `unsupported`: push cannot work here, whatever the user does
 * - `needs-install`: an iPhone or iPad tab; it works once the site is on the home screen
 * - `prompt`: the user has not been asked, or has not answered
 * - `denied`: the user has blocked notifications
 * - `granted`: allowed, but not subscribed
 * - `subscribed`: the browser is subscribed, but the relay has not acknowledged it; `reason` says why
 * - `registered`: acknowledged: the relay has this very subscription for this `objectId` on disk
 */
export type State = 'unsupported' | 'needs-install' | 'prompt' | 'denied' | 'granted' | 'subscribed' | 'registered'

/** What `status()` and every verb answer. Holds no token, endpoint, key or ticket. */
export interface Status {
  state: State
  /**
   * What stands in the way, as far as it is known; empty or missing when nothing does.
   *
   * - with `unsupported`: `unsupported` or `insecure-context`
   * - else what the relay has said to the last try: its problem code with dashes (`push-service-not-accepted`,
   *   `registration-key-mismatch`, `ticket-required`, …), or the HTTP status of an answer that had none, or
   *   `unreachable`: it gave no answer in time
   * - else the code of the `PushError` that the last verb of this page ended with
   *
   * What can succeed is tried again by itself. What the relay has refused for good rests until something changes,
   * `refreshAfterDays` are over, or `register` is called.
   */
  reason?: string | undefined
  /** The CleverTap ID that this browser was last registered for, or is being registered for. */
  objectId?: string | undefined
}
