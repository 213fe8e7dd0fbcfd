import { members } from './members.ts'
import { isReason, type KeptReason } from './reason.ts'

export const dayMs = 86_400_000

/**
 * What page and worker remember of one registration, in IndexedDB, under the scope of the worker. A cache: the browser's
 * live subscription is the truth, and a lost row costs one more request to the relay.
 *
 * The page makes it and decides whom the subscription belongs to; the worker only finishes what it finds.
 */
export interface Row {
  /** The relay's browser routes: an absolute URL that ends in `/v1/`. Empty where no page has registered. */
  relay: string
  /** Registration keys by CleverTap ID; kept after a withdrawal, for users who come back to this browser. */
  keys: Record<string, string>
  /** Withdrawals that the relay is owed: whose, and the registration key that proves it. */
  withdraw: Record<string, string>
  /** The VAPID public key that the subscription is made with, as browsers take it: URL-safe base64 without padding. */
  vapidKey: string
  /** The CleverTap ID that the subscription belongs to; empty while nobody is signed in. */
  objectId: string
  /** The site's last ticket for `objectId`; empty without one. */
  ticket: string
  /**
   * What the relay has had its last word on: objectId and endpoint. A subscription never changes, so the endpoint stands
   * for its keys. Empty once it is owed a withdrawal.
   */
  settled: string
  /** When it had (ms since 1970); 0 asks for another. */
  at: number
  /** Why `objectId` is not registered; empty when it is. With `settled` up to date this was the relay's last word. */
  reason: KeptReason | ''
  /** What our own back-off has chosen to wait (ms); 0 while nothing fails, and while the relay itself names the time. */
  waitMs: number
  /** Nothing is sent before (ms since 1970); 0 when nothing waits. */
  retryAt: number
  /** The endpoint that the relay knows, or that was given up: what the next one replaces. */
  last: string
  /** Whether the user has unregistered, so that no repair subscribes again. */
  off: boolean
}

/** The strings of an object; of anything else none. */
const strings = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members(value) ?? {}).filter((member): member is [string, string] => typeof member[1] === 'string'),
  )

/**
 * Reads a stored row. Never throws: a member that is missing or of another type has its empty value.
 *
 * @param stored what storage holds
 * @param now ms since 1970. A time that lies further ahead than a day counts as none: the clock was wrong when it was
 *   stored, or is now, and must not keep anything from being sent
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
    waitMs: 0,
    retryAt: 0,
    last: '',
    off: false,
  }
  const found = members(stored) ?? {}
  for (const [name, empty] of Object.entries(row))
    if (typeof found[name] === typeof empty) Reflect.set(row, name, found[name])
  row.keys = strings(row.keys)
  row.withdraw = strings(row.withdraw)
  if (!isReason(row.reason)) row.reason = ''
  if (row.at > now + dayMs) row.at = 0
  if (row.retryAt > now + dayMs) row.retryAt = 0
  return row
}

/** Owes the relay a withdrawal, if it has given a key for this registration: without one it would refuse. */
export const oweWithdrawal = (row: Row): void => {
  const key = row.keys[row.objectId]
  if (row.settled && key) row.withdraw[row.objectId] = key
  row.settled = row.reason = ''
}
