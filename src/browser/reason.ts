/** The relay's problem codes that say more than their status does, with dashes; and our own. */
const words = [
  'invalid-record',
  'ticket-required',
  'ticket-invalid',
  'origin-not-allowed',
  'registration-key-mismatch',
  'push-service-not-accepted',
  'too-many-requests',
  'unavailable',
  'unreachable',
  'permission-revoked',
  'signed-out',
] as const

/**
 * Why a registration is not acknowledged, as far as page and worker keep it:
 *
 * - the relay's problem code, with dashes
 * - `http-503`: the status of an answer without one of these codes
 * - `unreachable`: no answer in time
 * - `handed-to-…`: the relay does not take this push service, and the page's fallback has the subscription
 * - `permission-revoked`: the permission was granted, and the browser took it back
 * - `signed-out`: the site says that nobody is signed in
 */
export type KeptReason = (typeof words)[number] | `http-${number}` | `handed-to-${string}`

/** Whether a fallback has the subscription. */
export const isHandedTo = (reason: unknown): reason is `handed-to-${string}` =>
  typeof reason === 'string' && reason.startsWith('handed-to-')

/** Whether it is one of the reasons above. */
export const isReason = (value: unknown): value is KeptReason =>
  typeof value === 'string' && (words.some((one) => one === value) || isHandedTo(value) || /^http-\d{3}$/.test(value))
