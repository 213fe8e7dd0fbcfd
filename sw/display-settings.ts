/**
 * How pushes are shown: the part of `self.PUSHFERRY` (set before `importScripts`), or of `attachPushferry`'s options,
 * that is handed to `onPush`.
 */
export interface DisplaySettings {
  /**
   * How to treat a readable push that is neither CleverTap's nor Declarative Web Push.
   *
   * - `'show'` (default): shows the parts that can be read. Use it if no other code in the worker listens for pushes, because
   *   Apple ends a subscription after a few pushes that show nothing, and Chrome shows its own notification instead.
   * - `'ignore'`: leaves the push to its own listener in the same worker (Firebase, OneSignal, a site's own pushes).
   *
   * An unreadable push (empty, or not JSON) counts as ours and is always shown.
   */
  foreign?: 'show' | 'ignore'
}
