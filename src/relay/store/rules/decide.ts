import type { Lane, NewEntry, TokenState } from '../port.ts'

/** What stands in the store under an arriving record's objectId, as far as the decision needs it. */
export interface Standing {
  state: TokenState
  lane: Lane
  fingerprint: string
  settledAt: number | null
  /** A registration key was handed out for it. */
  keyed: boolean
}

/**
 * What an arriving record does.
 * `queue`: its token takes the row (a row is made when there is none);
 * `keep`: the row's token stays; `promote` moves a waiting imported row to the live lane, because somebody is there now;
 * `refuse`: another token is bound to this objectId and the sender proved nothing.
 */
export type Decision =
  | { kind: 'queue'; result: 'queued' | 'replaced'; keyed: boolean }
  | { kind: 'keep'; promote: boolean; keyed: boolean }
  | { kind: 'refuse' }

/** How long a refused token rests before the same token is tried again, in ms. */
export const rejectedRestMs = 24 * 60 * 60 * 1000

const isLive = (state: TokenState): boolean => state === 'queued' || state === 'uploading' || state === 'accepted'

/** Same token: repeats cost nothing, unless it was refused long ago or withdrawn by somebody who now comes back. */
const decideSame = (standing: Standing, replaceLive: boolean, now: number): 'queue' | 'keep' => {
  if (isLive(standing.state)) return 'keep'
  if (standing.state === 'withdrawn') return replaceLive ? 'queue' : 'keep'
  return now - (standing.settledAt ?? now) > rejectedRestMs ? 'queue' : 'keep'
}

/**
 * The dedupe table: one row per account and objectId, newest wins. Pure; every adapter applies it inside the
 * transaction that read `standing`.
 */
export const decide = (
  standing: Standing | undefined,
  entry: Pick<NewEntry, 'sender' | 'replaceLive' | 'lane'>,
  /** Of the entry's token. */
  fingerprint: string,
  now: number,
): Decision => {
  const keyed = entry.sender !== 'trusted' || (standing?.keyed ?? false)
  if (!standing) return { kind: 'queue', result: 'queued', keyed }
  const keep = { kind: 'keep', promote: entry.lane === 'live' && standing.lane === 'import', keyed } as const
  if (standing.fingerprint === fingerprint)
    return decideSame(standing, entry.replaceLive, now) === 'keep' ? keep : { kind: 'queue', result: 'queued', keyed }
  if (entry.sender === 'unproved' && standing.keyed) return { kind: 'refuse' }
  if (!entry.replaceLive && standing.state !== 'rejected') return { ...keep, promote: false }
  return { kind: 'queue', result: 'replaced', keyed }
}
