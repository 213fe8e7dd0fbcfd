import { hash } from 'node:crypto'
import { canonicalToken } from '../../../wire/record.ts'
import type { NewEntry, TokenState } from '../port.ts'
import type { KnownRow } from './row.ts'

/** The changes of a decision to the row, in addition to its token. */
export type Ownership = Pick<KnownRow, 'priority' | 'keyed' | 'proved' | 'confirmedOn'>
/** The members of the existing row that the decision needs. */
type Before = Ownership & Pick<KnownRow, 'state' | 'fingerprint' | 'settledAt'>

/**
 * The effect of a new record.
 * `queue`: its token replaces the row's, or makes a row; `isTakeover`: of a row with a registration key, by an `unproved` sender.
 * `keep`: the row keeps its token, and is written only if it `isChanged`.
 * `refuse`: another token is bound to this objectId and the sender has no proof.
 */
export type Decision =
  | { kind: 'queue'; result: 'queued' | 'replaced'; row: Ownership; isTakeover: boolean }
  | { kind: 'keep'; row: Ownership; isChanged: boolean }
  | { kind: 'refuse' }

/**
 * SHA-256 of the canonical token, in hex. Tokens are compared by it, and a completed row keeps nothing else of its token. Includes a
 * browser's keys even if the type has none, so that a sender who knows only the endpoint does not match.
 */
export const fingerprintOf = ({ token, shownKeys }: Pick<NewEntry, 'token' | 'shownKeys'>): string =>
  hash('sha256', canonicalToken(shownKeys && !token.keys ? { ...token, keys: shownKeys } : token))

/** Time after a rejection before the same token is queued again, in ms. */
export const rejectedRestMs = 24 * 60 * 60 * 1000

const dayMs = 24 * 60 * 60 * 1000
/** The day of a time, in days since the epoch. */
export const dayOf = (now: number): number => Math.floor(now / dayMs)

/** Interval between writes of a browser's confirmation, in days. */
const confirmedForDays = 7

const isLive = (state: TokenState): boolean => state === 'queued' || state === 'uploading' || state === 'accepted'

/** Same token: a repeat costs no upload, unless the token was rejected long ago, or was withdrawn and comes back now. */
const decideSame = (before: Before, replaceLive: boolean, now: number): 'queue' | 'keep' => {
  if (isLive(before.state)) return 'keep'
  if (before.state === 'withdrawn') return replaceLive ? 'queue' : 'keep'
  return now - (before.settledAt ?? now) > rejectedRestMs ? 'queue' : 'keep'
}

type Arriving = Pick<NewEntry, 'sender' | 'replaceLive' | 'priority' | 'claim'>

/** Anyone gets a registration key by registering, so a key is a proof only after CleverTap has accepted a record. */
const proves = ({ sender }: Arriving, before: Before | undefined): boolean =>
  sender === 'trusted' ||
  sender === 'ticket' ||
  (sender === 'key' && before !== undefined && (before.proved || before.state === 'accepted'))

/** The row of a record that is queued. */
export const queuedRow = (before: Before | undefined, entry: Arriving, now: number): Ownership => ({
  priority: entry.priority,
  keyed: entry.sender !== 'trusted' || (before?.keyed ?? false),
  proved: proves(entry, before),
  confirmedOn: entry.sender === 'trusted' ? (before?.confirmedOn ?? null) : dayOf(now),
})

/** The row that keeps its token, with a new confirmation or the first proof. */
const keptRow = (before: Before, entry: Arriving, now: number): Ownership => {
  const { priority, keyed, confirmedOn } = before
  const proved = before.proved || proves(entry, before)
  const isFresh = confirmedOn !== null && Math.abs(dayOf(now) - confirmedOn) < confirmedForDays
  const hurries = entry.priority === 'live' && (priority === 'import' || (priority === 'deferred' && proved))
  return {
    priority: hurries ? 'live' : priority,
    keyed: keyed || entry.sender !== 'trusted',
    proved,
    confirmedOn: entry.sender === 'trusted' || isFresh ? confirmedOn : dayOf(now),
  }
}

const keep = (before: Before, { priority, keyed, proved, confirmedOn }: Ownership = before): Decision => {
  const names = ['priority', 'keyed', 'proved', 'confirmedOn'] as const
  const row = { priority, keyed, proved, confirmedOn }
  return { kind: 'keep', row, isChanged: names.some((name) => row[name] !== before[name]) }
}

const mayClaim = ({ claim }: Arriving, { confirmedOn }: Before, now: number): boolean =>
  claim !== undefined && (claim.always || (confirmedOn !== null && dayOf(now) - confirmedOn > claim.idleDays))

/**
 * Decides what a new record does to its row: one row per account and objectId, the newest token wins. Pure; runs inside the
 * transaction that read `before`.
 */
export const decide = (
  before: Before | undefined,
  entry: Arriving,
  /** The fingerprint of the entry's token. */
  fingerprint: string,
  now: number,
): Decision => {
  const row = queuedRow(before, entry, now)
  if (!before) return { kind: 'queue', result: 'queued', row, isTakeover: false }
  if (before.fingerprint === fingerprint)
    return decideSame(before, entry.replaceLive, now) === 'keep'
      ? keep(before, keptRow(before, entry, now))
      : { kind: 'queue', result: 'queued', row, isTakeover: false }
  const isTakeover = entry.sender === 'unproved' && before.keyed
  if (isTakeover && !mayClaim(entry, before, now)) return { kind: 'refuse' }
  if (!entry.replaceLive && before.state !== 'rejected') return keep(before)
  return { kind: 'queue', result: 'replaced', row, isTakeover }
}
