import { PushError, type PushErrorCode } from './errors.ts'

/**
 * Gives a failure its code, and says whether trying again can help. Pure.
 *
 * What `PushManager` throws is told apart by name and message, because one name stands for many things. Sources: the
 * algorithms of the Push API, and the threads named here.
 *
 * - `NotAllowedError`, and `AbortError` "… permission denied" in private windows, whatever was granted
 * - `InvalidAccessError`, `InvalidCharacterError`: no point on the curve, no base64url
 * - `AbortError` "… no active Service Worker" (firebase/firebase-js-sdk 7575)
 * - any other `AbortError`: "push service error" (Brave without Google's service, blocked networks; firebase-js-sdk
 *   3195), "storage error" (braze-inc/braze-web-sdk 50), "could not retrieve the public key" (firebase/flutterfire 7940),
 *   Firefox's "Error retrieving push subscription" (zen-browser 13348)
 * - `InvalidStateError`: a subscription with another key that would not go away; `NotSupportedError`, `TypeError`
 *
 * @param step the code of the step that failed; `push-service-unavailable` is the one at `PushManager`
 * @param cause what it failed with; `undefined` or `null` is the time limit's, and what browsers answer instead of failing
 */
export const readFailure = (step: PushErrorCode, cause: unknown): PushError => {
  if (cause instanceof PushError) return cause
  const is = (pattern: RegExp) => step[0] === 'p' && pattern.test(cause as string)
  const code = !cause
    ? (step.replace('failed', 'timeout') as PushErrorCode)
    : is(/NotA|denied/)
      ? 'permission-denied'
      : is(/Invalid[AC]/)
        ? 'bad-vapid-key'
        : is(/no act/)
          ? 'worker-failed'
          : is(/Abort/)
            ? step
            : is(/./)
              ? 'subscribe-failed'
              : step
  return new PushError(code, !is(/Not|denied|Invalid[AC]|Type/), cause)
}
