import { limit } from '../browser/limit.ts'
import { messageOf } from './messages.ts'

/**
 * A closed list of the failures between a visitor's browser and the relay.
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
 * - `relay-refused`: the relay said no (`cause` is the reason), could not be asked for its VAPID key or has none,
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

/**
 * The error of the page client. Its message says what failed and what to do; it holds no token, endpoint, key or ticket.
 */
export class PushError extends Error {
  // A class field defines `name`; an assignment would fail with frozen intrinsics (SES).
  override readonly name = 'PushError'
  declare readonly code: PushErrorCode
  /** Whether the same call can succeed later without anybody changing anything in code or settings. */
  declare readonly retryable: boolean

  /**
   * @param cause the error of the browser or of the site's own function, or the relay's reason
   * @param isReason whether the message may show the cause, because it is the relay's reason and holds nothing of the site
   */
  constructor(code: PushErrorCode, retryable: boolean, cause?: unknown, isReason?: boolean) {
    super(messageOf(code, isReason ? ` ${cause}` : ''), { cause })
    this.code = code
    this.retryable = retryable
  }
}

/** The steps that can fail, each named by the code of its failure. */
type Step = 'no-object-id' | 'worker-failed' | 'push-service-unavailable' | 'relay-refused'

/** The code for what `PushManager` throws, by name and message, and whether to retry. */
const readPushFailure = ({ name, message }: Error): [code: PushErrorCode, retryable: boolean] => {
  if (name === 'NotAllowedError' || message.includes('permission denied')) return ['permission-denied', false]
  if (name === 'InvalidAccessError' || name === 'InvalidCharacterError') return ['bad-vapid-key', false]
  if (name === 'AbortError') return ['push-service-unavailable', true]
  return ['subscribe-failed', name !== 'NotSupportedError' && name !== 'TypeError']
}

/**
 * Gives a failure its code, and says whether trying again can help. Pure.
 *
 * Errors of `PushManager` are told apart by name and message, because one name has many causes. Sources: the algorithms of
 * the Push API, and the threads named here.
 *
 * - `NotAllowedError`, and `AbortError` "… permission denied" in private windows, whatever was granted
 * - `InvalidAccessError`, `InvalidCharacterError`: the key is not a point on the curve, or not base64url
 * - any other `AbortError`: "push service error" (Brave without Google's service, blocked networks;
 *   firebase/firebase-js-sdk 3195), "no active Service Worker" (7575), "storage error" (braze-inc/braze-web-sdk 50),
 *   "could not retrieve the public key" (firebase/flutterfire 7940), Firefox's "Error retrieving push subscription"
 *   (zen-browser 13348)
 * - an `InvalidStateError`: a subscription with another key could not be removed; `NotSupportedError`, `TypeError`
 *
 * @param step the code of the step that failed; `push-service-unavailable` is the one at `PushManager`
 * @param cause its error; `undefined` if the time limit passed, `null` if the browser resolved with nothing instead of failing
 */
export const readFailure = (step: Step, cause: unknown): PushError => {
  if (cause instanceof PushError) return cause
  if (step === 'push-service-unavailable' && cause instanceof Error)
    return new PushError(...readPushFailure(cause), cause)
  return new PushError(step === 'worker-failed' && !cause ? 'worker-timeout' : step, true, cause)
}

/** Runs one step with a time limit, and rejects with a `PushError` when it fails. */
export const within = <T>(step: Step, timeoutMs: number, work: () => T | PromiseLike<T>): Promise<T> =>
  limit(work, timeoutMs).catch((cause: unknown) => {
    throw readFailure(step, cause)
  })
