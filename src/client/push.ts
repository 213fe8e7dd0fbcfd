import type { Status } from './status.ts'

/** The page client. Make one per page. All verbs may be called at any time, also concurrently. */
export interface Push {
  /**
   * Asks the user for permission if necessary, then subscribes and tells the relay. Call it directly in a click: the browser's
   * prompt appears before anything is awaited.
   *
   * Settles when the relay has answered. Resolves with `subscribed` when the relay cannot be reached: the client keeps the
   * registration and retries (Background Sync; at the next load, when the page comes online or is shown, when the worker starts
   * and at the next push). Without the option `vapidPublicKey` the first call needs the relay's key. Also resolves with
   * `subscribed` when the relay does not accept this browser's push service.
   *
   * @throws PushError, any code
   * @example
   * button.onclick = () => push.register().then(render, explain)
   */
  register(): Promise<Status>

  /**
   * Repairs silently, and never prompts. Run it on every load, and after a login or logout.
   *
   * With permission: subscribes again if the subscription is gone or was made with another key, moves the token to a changed
   * objectId and withdraws the old one, and delivers what is still undelivered. When the user has blocked notifications, or the
   * browser has taken the permission back: tells the relay once. When nobody is signed in: withdraws the last objectId and
   * keeps the subscription. Makes no request for an unchanged registration that the relay has answered within
   * `refreshAfterDays`. After `unregister` it does nothing.
   *
   * Afterwards the page does the same whenever it comes online, is shown or hidden, and when a back-off ends.
   *
   * @throws PushError: `no-object-id bad-vapid-key worker-failed worker-timeout push-service-unavailable subscribe-failed
   * relay-refused permission-denied`
   */
  sync(): Promise<Status>

  /** Returns this browser's state. No side effects, no request, never rejects. */
  status(): Promise<Status>

  /**
   * Withdraws here and at the relay, until `register` is called. Without a network it tells the relay later.
   *
   * @throws PushError: `worker-failed worker-timeout push-service-unavailable subscribe-failed`, when the browser does not
   * unsubscribe; the relay is told anyway
   */
  unregister(): Promise<Status>

  /**
   * Returns the last known status synchronously: the same object until it changes. At first it is derived from the permission
   * only. Fits React's `useSyncExternalStore` and other stores, together with `onChange`.
   */
  getSnapshot(): Status

  /**
   * Calls the listener whenever `getSnapshot()` has changed: after a verb, an automatic repair, or a call of `status`. Adding a
   * listener reads the status too. An exception of the listener becomes an unhandled rejection, and does not fail the verb.
   *
   * @returns a function that removes the listener
   */
  onChange(listener: (status: Status) => void): () => void
}
