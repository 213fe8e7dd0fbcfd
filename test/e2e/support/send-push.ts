import webpush, { type RequestDetails, type RequestOptions } from 'web-push'
import type { PushService } from './push-service.ts'

export interface VapidKeys {
  readonly publicKey: string
  readonly privateKey: string
}

/** A subscription as `PushSubscription.toJSON()` gives it. */
export interface SubscriptionJson {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

export const createVapidKeys = (): VapidKeys => webpush.generateVAPIDKeys()

/**
 * Encrypts for a real subscription with web-push, and sends it to the fake of its push service.
 *
 * @param payload a string of at most 3,993 bytes, or null for a push without payload.
 * @returns the push service's status: 201 accepted, 404 or 410 when the subscription is gone.
 */
export const sendPush = async (
  service: PushService,
  vapid: VapidKeys,
  subscription: SubscriptionJson,
  payload: string | null,
  options: RequestOptions = {},
): Promise<number> => {
  const all = { TTL: 60, vapidDetails: { subject: 'mailto:test@example.com', ...vapid }, ...options }
  const request: RequestDetails =
    payload === null
      ? webpush.generateRequestDetails(subscription, null, all)
      : webpush.generateRequestDetails(subscription, payload, all)
  const { 'Content-Length': _, ...headers } = request.headers // fetch sets it itself
  const url = service.urlFor(subscription.endpoint)
  const response = await fetch(url, { method: 'POST', headers, body: request.body && new Uint8Array(request.body) })
  await response.arrayBuffer()
  return response.status
}
