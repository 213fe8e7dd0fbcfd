/** The relay's problem codes (SPEC §4), with dashes. */
const relayReasons = [
  'malformed-json',
  'invalid-record',
  'ticket-required',
  'ticket-invalid',
  'origin-not-allowed',
  'registration-key-mismatch',
  'push-service-not-accepted',
  'not-found',
  'method-not-allowed',
  'unsupported-media-type',
  'payload-too-large',
  'too-many-requests',
  'unavailable',
] as const

/**
 * Why a registration is not acknowledged, as far as page and worker keep it:
 *
 * - the relay's problem code, with dashes
 * - `http-503`: the status of an answer that has no code of the relay's
 * - `unreachable`: no answer in time
 * - `permission-revoked`: the permission was granted, and the browser took it back
 * - `signed-out`: the site says that nobody is signed in
 */
export type KeptReason =
  | (typeof relayReasons)[number]
  | `http-${number}`
  | 'unreachable'
  | 'permission-revoked'
  | 'signed-out'

/** The value as a reason that is known, or nothing if it is none. Takes the relay's own spelling too. */
export const readReason = (value: unknown): KeptReason | undefined => {
  if (typeof value !== 'string') return undefined
  const reason = value.replaceAll('_', '-')
  const known: readonly string[] = [...relayReasons, 'unreachable', 'permission-revoked', 'signed-out']
  // The cast: TypeScript narrows neither by `includes` nor by a pattern.
  return known.includes(reason) || /^http-\d{3}$/.test(reason) ? (reason as KeptReason) : undefined
}
