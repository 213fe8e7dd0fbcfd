import { filled, members } from './members.ts'
import { isReason, type KeptReason } from './reason.ts'

export const dayMs = 86_400_000

/**
 * What page and worker remember of one registration, in IndexedDB, under the scope of the worker. A cache: the browser's
 * live subscription is the truth, and a lost row costs one more request to the relay.
 *
 * The page makes it and decides whom the subscription belongs to; the worker only delivers what it finds.
 */
export interface Row {
  /** The relay's browser routes: an absolute URL that ends in `/v1/`. Empty where no page has registered. */
  relay: string
  /** Registration keys by CleverTap ID; kept after a withdrawal, for users who come back to this browser. */
  keys: Record<string, string>
  /** Withdrawals that the relay is owed: registration keys by CleverTap ID. */
  withdraw: Record<string, string>
  /** The VAPID public key that the subscription is made with, as browsers take it: URL-safe base64 without padding. */
  vapidKey: string
  /** The CleverTap ID that the subscription belongs to; empty while nobody is signed in. */
  objectId: string
  /** The site's last ticket for `objectId`; empty without one. */
  ticket: string
  /**
   * The registration that the relay has answered for good: objectId and endpoint. A subscription never changes, so the
   * endpoint identifies its keys too. Empty once the relay is owed a withdrawal.
   */
  settled: string
  /** When it answered (ms since 1970); 0 has it asked again. */
  at: number
  /** Why `objectId` is not registered; empty when it is. With `settled` up to date this is the relay's answer. */
  reason: KeptReason | ''
  /** Nothing is sent before (ms since 1970): the relay's `Retry-After`, or the time of a failure; 0 when nothing failed. */
  retryAt: number
  /** The endpoint that the relay knows, or that was given up: the next one replaces it. */
  last: string
  /** Whether the user has unregistered, so that no repair subscribes again. */
  off: boolean
}

/** A stored member, if it is of the same type as the empty one; else that. */
const decodeMember = (value: unknown, empty: unknown, now: number): unknown => {
  // The clock was wrong when such a time was stored, or is now: it must not keep anything from being sent.
  const isFuture = typeof value === 'number' && value > now + dayMs
  if (typeof value !== typeof empty || isFuture) return empty
  const found = members(value)
  return found ? Object.fromEntries(Object.entries(found).filter(([, one]) => filled(one))) : value
}

/**
 * Decodes a stored row. Never throws: a member that is missing or of another type has its empty value, and so has a time
 * that lies further ahead than a day.
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
  for (const [name, empty] of Object.entries(row))
    Reflect.set(row, name, decodeMember(members(stored)?.[name], empty, now))
  if (!isReason(row.reason)) row.reason = ''
  return row
}

/** Owes the relay a withdrawal, if it has given a key for this registration: without one it would refuse. */
export const oweWithdrawal = (row: Row): void => {
  const key = row.keys[row.objectId]
  if (row.settled && key) row.withdraw[row.objectId] = key
  row.settled = row.reason = ''
}
