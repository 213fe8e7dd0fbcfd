/** The second argument of a fallback, after the subscription. */
export interface FallbackContext {
  readonly objectId: string
  readonly vapidPublicKey: string
  readonly registration: ServiceWorkerRegistration
}

/**
 * Takes a subscription that the relay does not accept. Resolves to the reason for the status; a rejection leaves the
 * reason `push-service-not-accepted`, and the next sync calls the fallback again.
 */
export type Fallback = (subscription: PushSubscription, context: FallbackContext) => Promise<`handed-to-${string}`>
