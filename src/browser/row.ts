import { filled, members, own } from './members.ts'
import { isReason, type KeptReason } from './reason.ts'

export const dayMs = 86_400_000

/**
 * One registration as page and worker store it in IndexedDB, under the scope of the worker. It is a cache: the browser's live
 * subscription decides, and a lost row costs one more request to the relay.
 *
 * The page makes it and decides which objectId the subscription belongs to; the worker only delivers it.
 */
export interface Row {
  /** The relay's browser routes: an absolute URL that ends in `/v1/`. Empty where no page has registered. */
  relay: string
  /** Registration keys by CleverTap ID; kept after a withdrawal, for users who come back to this browser. */
  keys: Record<string, string>
  /** Withdrawals that are not delivered yet: registration keys by CleverTap ID. */
  withdraw: Record<string, string>
  /** The VAPID public key that the subscription is made with, as browsers take it: URL-safe base64 without padding. */
  vapidKey: string
  /** The CleverTap ID that the subscription belongs to; empty while nobody is signed in. */
  objectId: string
  /** The site's last ticket for `objectId`; empty without one. */
  ticket: string
  /**
   * The registration that the relay has acknowledged or finally refused: objectId and endpoint. A subscription never changes,
   * so the endpoint identifies its keys too. Empty once the relay is owed a withdrawal.
   */
  settled: string
  /** When the relay answered (ms since 1970); 0 makes the client ask again. */
  at: number
  /** Why `objectId` is not registered; empty when it is. With `settled` up to date this is the relay's answer. */
  reason: KeptReason | ''
  /** Nothing is sent before this time (ms since 1970): from `Retry-After`, or when a request failed; 0 when nothing failed. */
  retryAt: number
  /** The last endpoint that the relay has acknowledged or that was unsubscribed: the next one replaces it. */
  last: string
  /** Whether the user has unregistered; if so, no repair subscribes again. */
  off: boolean
}

/** The stored member if it has the type of the empty value, else the empty value. */
const decodeMember = (value: unknown, empty: unknown, now: number): unknown => {
  // A time more than a day ahead: the clock was wrong when it was stored, or is wrong now. It must not delay a delivery.
  const isFuture = typeof value === 'number' && value > now + dayMs
  const decoded = typeof value !== typeof empty || isFuture ? empty : value
  if (typeof empty !== 'object') return decoded
  // Without a prototype, because an objectId may be `constructor`.
  return own(Object.fromEntries(Object.entries(decoded ?? {}).filter(([, one]) => filled(one))))
}

/**
 * Decodes a stored row. Never throws: a member that is missing or of another type, or a time more than a day ahead, gets its
 * empty value.
 *
 * @param stored what storage holds
 * @param now ms since 1970
 */
export const decodeRow = (stored: unknown, now: number): Row => {
  const row: Row = {
    relay: '',
    keys: {},
    withdraw: {},
    vapidKey: '',
    objectId: '',
    ticket: '',
    settled: '',
    at: 0,
    reason: '',
    retryAt: 0,
    last: '',
    off: false,
  }
  // The cast: a member as it is decoded has the type of the empty one.
  for (const [name, empty] of Object.entries(row))
    (row as unknown as Record<string, unknown>)[name] = decodeMember(members(stored)?.[name], empty, now)
  if (!isReason(row.reason)) row.reason = ''
  return row
}

/** Records that a withdrawal is owed, if the relay has given a key for this registration; without a key it would refuse. */
export const oweWithdrawal = (row: Row): void => {
  const key = row.keys[row.objectId]
  if (row.settled && key) row.withdraw[row.objectId] = key
  row.settled = row.reason = ''
}
