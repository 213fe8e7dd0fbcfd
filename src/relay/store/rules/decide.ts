import type { Lane, NewEntry, TokenState } from '../port.ts'

/** What stands in the store under an arriving record's objectId, as far as the decision needs it. */
export interface Standing {
  state: TokenState
  lane: Lane
  fingerprint: string
  settledAt: number | null
  /** A registration key was handed out for it. */
  keyed: boolean
  /** Its sender has proved itself; see `Pool`. */
  proved: boolean
  /** The day on which its browser was last heard of; null: no browser has it. */
  confirmedOn: number | null
}

/** What a decision makes of the row, beside its token. */
export type Ownership = Pick<Standing, 'lane' | 'keyed' | 'proved' | 'confirmedOn'>

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
const decideSame = (standing: Standing, replaceLive: boolean, now: number): 'queue' | 'keep' => {
  if (isLive(standing.state)) return 'keep'
  if (standing.state === 'withdrawn') return replaceLive ? 'queue' : 'keep'
  return now - (standing.settledAt ?? now) > rejectedRestMs ? 'queue' : 'keep'
}

type Arriving = Pick<NewEntry, 'sender' | 'replaceLive' | 'lane' | 'claim'>

/** A stranger gets registration keys for the asking, so a key proves something only once CleverTap has accepted a record. */
const proves = ({ sender }: Arriving, standing: Standing | undefined): boolean =>
  sender === 'trusted' ||
  sender === 'ticket' ||
  (sender === 'key' && standing !== undefined && (standing.proved || standing.state === 'accepted'))

/** The row of a record that is queued. */
const queuedRow = (standing: Standing | undefined, entry: Arriving, now: number): Ownership => ({
  lane: entry.lane,
  keyed: entry.sender !== 'trusted' || (standing?.keyed ?? false),
  proved: proves(entry, standing),
  confirmedOn: entry.sender === 'trusted' ? (standing?.confirmedOn ?? null) : dayOf(now),
})

/** The row whose token stays: somebody is there now, or proves what nobody has proved before. */
const keptRow = (standing: Standing, entry: Arriving, now: number): Ownership => {
  const { lane, keyed, confirmedOn } = standing
  const proved = standing.proved || proves(entry, standing)
  const isFresh = confirmedOn !== null && Math.abs(dayOf(now) - confirmedOn) < confirmedForDays
  const hurries = entry.lane === 'live' && (lane === 'import' || (lane === 'deferred' && proved))
  return {
    lane: hurries ? 'live' : lane,
    keyed: keyed || entry.sender !== 'trusted',
    proved,
    confirmedOn: entry.sender === 'trusted' || isFresh ? confirmedOn : dayOf(now),
  }
}

const keep = (standing: Standing, row: Ownership = standing): Decision => {
  const { lane, keyed, proved, confirmedOn } = row
  const isChanged =
    lane !== standing.lane ||
    keyed !== standing.keyed ||
    proved !== standing.proved ||
    confirmedOn !== standing.confirmedOn
  return { kind: 'keep', row: { lane, keyed, proved, confirmedOn }, isChanged }
}

const mayClaim = ({ claim }: Arriving, { confirmedOn }: Standing, now: number): boolean =>
  claim !== undefined && (claim.always || (confirmedOn !== null && dayOf(now) - confirmedOn > claim.idleDays))

/**
 * The dedupe table: one row per account and objectId, newest wins. Pure; every adapter applies it inside the
 * transaction that read `standing`.
 */
export const decide = (
  standing: Standing | undefined,
  entry: Arriving,
  /** Of the entry's token. */
  fingerprint: string,
  now: number,
): Decision => {
  const row = queuedRow(standing, entry, now)
  if (!standing) return { kind: 'queue', result: 'queued', row, isTakeover: false }
  if (standing.fingerprint === fingerprint)
    return decideSame(standing, entry.replaceLive, now) === 'keep'
      ? keep(standing, keptRow(standing, entry, now))
      : { kind: 'queue', result: 'queued', row, isTakeover: false }
  const isTakeover = entry.sender === 'unproved' && standing.keyed
  if (isTakeover && !mayClaim(entry, standing, now)) return { kind: 'refuse' }
  if (!entry.replaceLive && standing.state !== 'rejected') return keep(standing)
  return { kind: 'queue', result: 'replaced', row, isTakeover }
}
