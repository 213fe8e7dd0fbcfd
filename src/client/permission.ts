import { limit } from '../browser/limit.ts'
import { PushError } from './errors.ts'

/**
 * Asks the user, in the same tick, so that a click still counts. A prompt that nobody answers in twelve time limits
 * counts as dismissed. Never rejects.
 */
export const askPermission = (timeoutMs: number): Promise<unknown> =>
  limit(() => Notification.requestPermission(), timeoutMs * 12).catch(() => {})

/** @throws PushError `permission-denied`, `permission-dismissed` */
export const demandPermission = (): void => {
  const permission = Notification.permission
  const isDenied = permission === 'denied'
  if (permission !== 'granted') throw new PushError(isDenied ? 'permission-denied' : 'permission-dismissed', !isDenied)
}
