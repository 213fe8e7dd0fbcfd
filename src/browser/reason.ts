import type { RelayProblemCode } from '../wire/problem.ts'

/** A problem code of the relay as it is shown in a status: with dashes. */
type Dashed<Code extends string> = Code extends `${infer Head}_${infer Tail}` ? `${Head}-${Dashed<Tail>}` : Code

/**
 * Why a registration is not acknowledged, as page and worker store it:
 *
 * - the relay's problem code, with dashes
 * - `http-503`: the status of an answer without a code
 * - `unreachable`: no answer in time
 * - `handed-to-…`: the relay does not take this push service, and the page's fallback has the subscription
 * - `permission-revoked`: the permission was granted, and the browser took it back
 * - `signed-out`: the site says that nobody is signed in
 */
export type KeptReason =
  | Dashed<RelayProblemCode>
  | `http-${number}`
  | 'unreachable'
  | `handed-to-${string}`
  | 'permission-revoked'
  | 'signed-out'

/**
 * Whether the value has the form of a reason, such as `invalid-record`. Only the form is checked, so that the page needs no
 * copy of the relay's list of codes, and shows the code of a newer relay unchanged.
 */
export const isReason = (value: string): value is KeptReason => /^[a-z][\w.-]+$/.test(value)

/** Whether a fallback has the subscription. */
export const isHandedTo = (reason: unknown): reason is `handed-to-${string}` =>
  typeof reason === 'string' && /^handed-to-[\w.-]*$/.test(reason)
