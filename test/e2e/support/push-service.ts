import type { EventLog } from './event-log.ts'

/** What a stand-in for a browser vendor's push service sees. `token` is the end of the subscription's endpoint. */
export type PushServiceEvent =
  /** The browser's message connection is up (again). */
  | { readonly what: 'connect' }
  | { readonly what: 'disconnect' }
  /** A subscription was asked for; `token` is null when it was refused or left hanging. */
  | { readonly what: 'register'; readonly applicationServerKey: string; readonly token: string | null }
  /** A subscription was given up; `code` is Mozilla's reason: 200 by the page, 201 quota, 202 permission revoked. */
  | { readonly what: 'unregister'; readonly token: string | null; readonly code: number | null }
  /** A sender's web push request and how it was answered. */
  | { readonly what: 'send'; readonly status: number; readonly encoding: string | null; readonly bytes: number }
  /** The browser has the message; `code` is Mozilla's: 100 delivered, 101 not decrypted, 102 not delivered. */
  | { readonly what: 'ack'; readonly token: string; readonly code: number | null }

/** `refuse` is answered at once and for good; `hang` is never answered. */
export type RegistrationFault = 'refuse' | 'hang'

/** A browser vendor's push service on loopback. */
export interface PushService {
  readonly log: EventLog<PushServiceEvent>
  /** Where a sender's request for this endpoint goes here. */
  urlFor(endpoint: string): string
  /** The next subscription fails; called again, the one after it too. */
  failNext(fault: RegistrationFault): void
  /** Resolves as soon as the browser's message connection is up. Rejects after 20 s. */
  connected(): Promise<void>
  /** Ends every connection and closes the ports. */
  stop(): Promise<void>
}
