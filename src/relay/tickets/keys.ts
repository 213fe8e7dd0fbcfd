import type { KeyObject } from 'node:crypto'

/** The signatures that a ticket may carry (RFC 7518 §3.2 and §3.4, RFC 8037 §3.1). */
export type TicketAlg = 'HS256' | 'ES256' | 'EdDSA'

/** A key that verifies tickets of one algorithm and no other. */
export interface TicketKey {
  /** `kid`, where the key came from a key set that names it. */
  id: string | undefined
  alg: TicketAlg
  key: KeyObject
}
