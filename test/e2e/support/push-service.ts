import type { EventLog } from './event-log.ts'

/** An event that a fake of a browser vendor's push service has seen. `token` is the end of the subscription's endpoint. */
export type PushServiceEvent =
  /** The browser has opened its message connection, perhaps again. */
  | { readonly what: 'connect' }
  | { readonly what: 'disconnect' }
  /** A subscription was requested; `token` is null when it was refused or not answered. */
  | { readonly what: 'register'; readonly applicationServerKey: string; readonly token: string | null }
  /** A subscription was cancelled; `code` is Mozilla's reason: 200 by the page, 201 quota, 202 permission revoked. */
  | { readonly what: 'unregister'; readonly token: string | null; readonly code: number | null }
  /** A sender's web push request and how it was answered. */
  | { readonly what: 'send'; readonly status: number; readonly encoding: string | null; readonly bytes: number }
  /** The browser has the message; `code` is Mozilla's: 100 delivered, 101 not decrypted, 102 not delivered. */
  | { readonly what: 'ack'; readonly token: string; readonly code: number | null }

/** `refuse` is answered at once with a final error; `hang` is never answered. */
export type RegistrationFault = 'refuse' | 'hang'

/** A browser vendor's push service on loopback. */
export interface PushService {
  readonly log: EventLog<PushServiceEvent>
  /** The URL on this machine for a sender's request to this endpoint. */
  urlFor(endpoint: string): string
  /** Makes the next subscription fail. A second call adds a fault for the one after it. */
  failNext(fault: RegistrationFault): void
  /** Resolves when the browser's message connection is open. Rejects after two minutes. */
  connected(): Promise<void>
  /** Ends every connection and closes the ports. */
  stop(): Promise<void>
}
