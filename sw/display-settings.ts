/**
 * How pushes are shown: the part of `self.PUSHFERRY` (set before `importScripts`), or of `attachPushferry`'s options,
 * that is handed to `onPush`.
 */
export interface DisplaySettings {
  /**
   * How to treat a readable push that is neither CleverTap's nor Declarative Web Push.
   *
   * - `'show'` (default): it is shown as well as it can be read. Right where this is the only worker code that listens
   *   for pushes, because Apple ends a subscription after a few pushes that show nothing, and Chrome shows a
   *   notification of its own in their place.
   * - `'ignore'`: it is left to its own listener in the same worker (Firebase, OneSignal, a site's own pushes).
   *
   * A push that cannot be read at all (empty, or no JSON) counts as ours and is always shown.
   */
  foreign?: 'show' | 'ignore'
}
