import { type KeptReason, readReason } from './reason.ts'

/** Headers that prove to the relay who is asking: a registration key, a ticket, or both. */
export type Proof = Record<string, string>

/** The header that carries the registration key. */
export const keyHeader = 'X-Pushferry-Key'

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
  /** Proofs by CleverTap ID; kept after a withdrawal, for users who come back to this browser. */
  keys: Record<string, Proof>
  /** Withdrawals that the relay is owed: whose, and the proof that goes with it. */
  withdraw: Record<string, Proof>
  /** The VAPID public key that the subscription is made with, as browsers take it: URL-safe base64 without padding. */
  vapidKey: string
  /** The CleverTap ID that the subscription belongs to; empty while nobody is signed in. */
  objectId: string
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
  /** The reason that the fallback gave for the registration `handed`. */
  handedTo: string
  /** The objectId and endpoint that were handed to the fallback. */
  handed: string
  /** When they were (ms since 1970). */
  handedAt: number
}

/** Objects from storage, as far as they are objects; anything else has no members. */
const membersOf = (value: unknown): Record<string, unknown> =>
  // The cast says what was just checked.
  typeof value === 'object' && value ? (value as Record<string, unknown>) : {}

const string = (value: unknown): string => (typeof value === 'string' ? value : '')

const proofs = (value: unknown): Record<string, Proof> =>
  Object.fromEntries(
    Object.entries(membersOf(value)).map(([objectId, proof]) => [
      objectId,
      Object.fromEntries(
        Object.entries(membersOf(proof)).flatMap(([name, given]) =>
          typeof given === 'string' && (name === keyHeader || name === 'Authorization') ? [[name, given]] : [],
        ),
      ),
    ]),
  )

/**
 * Reads a stored row. Never throws: a member that is missing or of another make has its empty value.
 *
 * @param text what storage holds
 * @param now ms since 1970. A time that lies further ahead than a day counts as none: the clock was wrong when it was
 *   stored, or is now, and must not keep anything from being sent
 */
export const decodeRow = (text: unknown, now: number): Row => {
  let stored: Record<string, unknown> = {}
  try {
    stored = membersOf(JSON.parse(string(text)))
  } catch {
    // Damaged or missing: an empty row.
  }
  const time = (value: unknown): number => (typeof value === 'number' && value < now + dayMs ? value : 0)
  return {
    relay: string(stored.relay),
    keys: proofs(stored.keys),
    withdraw: proofs(stored.withdraw),
    vapidKey: string(stored.vapidKey),
    objectId: string(stored.objectId),
    settled: string(stored.settled),
    at: time(stored.at),
    reason: readReason(stored.reason) ?? '',
    waitMs: typeof stored.waitMs === 'number' ? stored.waitMs : 0,
    retryAt: time(stored.retryAt),
    last: string(stored.last),
    off: !!stored.off,
    handedTo: string(stored.handedTo),
    handed: string(stored.handed),
    handedAt: time(stored.handedAt),
  }
}

/** Owes the relay a withdrawal, if it has had its say on this registration. */
export const oweWithdrawal = (row: Row): void => {
  if (row.settled) row.withdraw[row.objectId] = row.keys[row.objectId] ?? {}
  row.settled = row.reason = ''
}
