import type { Status } from './status.ts'

/** The page client. One for a page; all verbs may be called at any time, and together. */
export interface Push {
  /**
   * Asks the user, if the browser thinks that the user is to be asked, then subscribes and tells the relay. Call it
   * straight from a click: the browser's prompt comes before anything is awaited.
   *
   * Settles when the relay has answered. Resolves with `subscribed` when the relay could not be reached: that is kept and
   * tried again (Background Sync; at the next load, when the page comes online or is shown, when the worker starts and at
   * the next push). So it does when the relay does not take this browser's push service.
   *
   * @throws PushError, any code
   * @example
   * button.onclick = () => push.register().then(render, explain)
   */
  register(): Promise<Status>

  /**
   * Repairs silently, and never prompts. Run it on every load, and after a login or logout.
   *
   * With permission: subscribes again if the subscription is gone or was made with another key, moves the token to
   * another objectId and withdraws the old one, delivers what is owed. When the user has blocked notifications, or the
   * browser has taken the permission back: tells the relay once. When nobody is signed in: withdraws the last objectId and
   * keeps the subscription. Otherwise does nothing. An unchanged registration that the relay has settled within `refreshAfterDays`
   * costs no request. After `unregister` it keeps things that way.
   *
   * The page does the same by itself from then on, whenever it comes online, is shown or hidden, and when a back-off ends.
   *
   * @throws PushError: `no-object-id bad-vapid-key worker-failed worker-timeout push-service-unavailable subscribe-failed
   * relay-refused permission-denied`
   */
  sync(): Promise<Status>

  /** Says how far this browser has come. No side effects, no request, never rejects. */
  status(): Promise<Status>

  /**
   * Withdraws here and at the relay, and keeps it withdrawn until `register`. Without a network the relay is told later.
   *
   * @throws PushError: `worker-failed worker-timeout push-service-unavailable subscribe-failed`, when the browser would
   * not unsubscribe; the relay is told all the same
   */
  unregister(): Promise<Status>

  /**
   * The last known status, at once: the same object until it changes. Before anything is known it is what the permission
   * tells. With `onChange` it is what React's `useSyncExternalStore` and other stores want.
   */
  getSnapshot(): Status

  /**
   * Calls the listener whenever `getSnapshot()` has changed: after a verb, a repair of the page's own, or a look at the
   * status, which adding a listener takes too. The listener must not throw.
   *
   * @returns takes the listener away
   */
  onChange(listener: (status: Status) => void): () => void
}
