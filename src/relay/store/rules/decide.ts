import type { NewEntry, TokenState } from '../port.ts'
import type { KnownRow } from './row.ts'

/** What a decision makes of the row, beside its token. */
export type Ownership = Pick<KnownRow, 'priority' | 'keyed' | 'proved' | 'confirmedOn'>
/** The row that an arriving record meets, as far as the decision needs it. */
type Before = Ownership & Pick<KnownRow, 'state' | 'fingerprint' | 'settledAt'>

/**
 * What an arriving record does.
 * `queue`: its token takes the row (a row is made when there is none); `isTakeover`: from a browser that has the key.
 * `keep`: the row's token stays; the row is written only where it `isChanged`.
 * `refuse`: another token is bound to this objectId and the sender proved nothing.
 */
export type Decision =
  | { kind: 'queue'; result: 'queued' | 'replaced'; row: Ownership; isTakeover: boolean }
  | { kind: 'keep'; row: Ownership; isChanged: boolean }
  | { kind: 'refuse' }

/** How long a refused token rests before the same token is tried again, in ms. */
export const rejectedRestMs = 24 * 60 * 60 * 1000

const dayMs = 24 * 60 * 60 * 1000
/** The day of a time, as a number of days since the epoch. */
export const dayOf = (now: number): number => Math.floor(now / dayMs)

/** Days after which the day of a browser's confirmation is written again. */
const confirmedForDays = 7

const isLive = (state: TokenState): boolean => state === 'queued' || state === 'uploading' || state === 'accepted'

/** Same token: repeats cost nothing, unless it was refused long ago or withdrawn by somebody who now comes back. */
const decideSame = (before: Before, replaceLive: boolean, now: number): 'queue' | 'keep' => {
  if (isLive(before.state)) return 'keep'
  if (before.state === 'withdrawn') return replaceLive ? 'queue' : 'keep'
  return now - (before.settledAt ?? now) > rejectedRestMs ? 'queue' : 'keep'
}

type Arriving = Pick<NewEntry, 'sender' | 'replaceLive' | 'priority' | 'claim'>

/** A stranger gets registration keys for the asking, so a key proves something only once CleverTap has accepted a record. */
const proves = ({ sender }: Arriving, before: Before | undefined): boolean =>
  sender === 'trusted' ||
  sender === 'ticket' ||
  (sender === 'key' && before !== undefined && (before.proved || before.state === 'accepted'))

/** The row of a record that is queued. */
const queuedRow = (before: Before | undefined, entry: Arriving, now: number): Ownership => ({
  priority: entry.priority,
  keyed: entry.sender !== 'trusted' || (before?.keyed ?? false),
  proved: proves(entry, before),
  confirmedOn: entry.sender === 'trusted' ? (before?.confirmedOn ?? null) : dayOf(now),
})

/** The row whose token stays: somebody is there now, or proves what nobody has proved before. */
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

const keep = (before: Before, row: Ownership = before): Decision => {
  const { priority, keyed, proved, confirmedOn } = row
  const kept = { priority, keyed, proved, confirmedOn }
  const names = ['priority', 'keyed', 'proved', 'confirmedOn'] as const
  return { kind: 'keep', row: kept, isChanged: names.some((name) => kept[name] !== before[name]) }
}

const mayClaim = ({ claim }: Arriving, { confirmedOn }: Before, now: number): boolean =>
  claim !== undefined && (claim.always || (confirmedOn !== null && dayOf(now) - confirmedOn > claim.idleDays))

/**
 * The dedupe table: one row per account and objectId, newest wins. Pure; every adapter applies it inside the
 * transaction that read `before`.
 */
export const decide = (
  before: Before | undefined,
  entry: Arriving,
  /** Of the entry's token. */
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
