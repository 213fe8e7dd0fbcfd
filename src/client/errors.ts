/**
 * Everything that can go wrong between a visitor's browser and the relay, as a closed list.
 *
 * - `unsupported`: this browser has no push, whatever the user does.
 * - `needs-install`: an iPhone or iPad tab; push works once the site is on the home screen.
 * - `insecure-context`: the page is neither https nor localhost.
 * - `permission-denied`: notifications are blocked; only the user can change that, in the browser's settings.
 * - `permission-dismissed`: the prompt was closed or ignored; ask again later, in another click.
 * - `no-object-id`: no CleverTap ID was found in time, or the site's own function gave none.
 * - `bad-vapid-key`: the VAPID public key is no P-256 point in base64url. A configuration error.
 * - `worker-failed`: the service worker was refused, or died while it was installed.
 * - `worker-timeout`: the service worker was not active in time.
 * - `push-service-unavailable`: the browser cannot reach its push service, or has it switched off (Brave's default).
 * - `subscribe-failed`: the browser would not subscribe or unsubscribe, for another reason (see `cause`).
 * - `relay-refused`: the relay said no (`cause` is its problem code), could not be asked for its VAPID key or has none,
 *   or the site's own `ticket` function failed.
 */
export type PushErrorCode =
  | 'unsupported'
  | 'needs-install'
  | 'insecure-context'
  | 'permission-denied'
  | 'permission-dismissed'
  | 'no-object-id'
  | 'bad-vapid-key'
  | 'worker-failed'
  | 'worker-timeout'
  | 'push-service-unavailable'
  | 'subscribe-failed'
  | 'relay-refused'

/** The one error of the page client. Its message is its code; it holds no token, endpoint, key or ticket. */
export class PushError extends Error {
  declare readonly code: PushErrorCode
  /** Whether the same call can succeed later without anybody changing anything in code or settings. */
  declare readonly retryable: boolean

  /** @param cause what the browser, the site's own function or the relay said */
  constructor(code: PushErrorCode, retryable: boolean, cause?: unknown) {
    super(code, { cause })
    this.name = 'PushError'
    this.code = code
    this.retryable = retryable
  }
}
