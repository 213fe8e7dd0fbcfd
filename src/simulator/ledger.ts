import type { JudgedToken } from './judge.ts'
import { platformOf } from './judge.ts'
import type { ResolvedOptions } from './options.ts'
import type { Call, Counts, LiveError, Profile } from './simulator.ts'

/** The simulator's records of calls, profiles and errors. */
export interface Ledger {
  readonly calls: readonly Call[]
  readonly profiles: ReadonlyMap<string, Profile>
  readonly errors: readonly LiveError[]
  readonly counts: Readonly<Counts>
  /** Whether a profile with this objectId exists. */
  exists(objectId: string): boolean
  addProfiles(objectIds: readonly string[]): void
  /** Notes the number of uploads in flight when an upload arrived. */
  noteInFlight(inFlight: number): void
  /** Begins the record of a call. */
  open(): Entry
  forget(inFlight: number): void
}

/** The ledger's record of one call. It changes nothing when the ledger was cleared after the call began. */
export interface Entry {
  /** 1 for the first. */
  readonly number: number
  /** Stores a token that a real upload delivered. */
  store(objectId: string, token: JudgedToken): void
  noteRejected(count: number): void
  close(call: Call): void
}

const noCounts = (): Counts => ({ calls: 0, tooMany: 0, peakInFlight: 0, accepted: 0, rejected: 0, duplicates: 0 })

const isSame = (one: JudgedToken, other: JudgedToken): boolean =>
  one.type === other.type &&
  one.id === other.id &&
  one.keys?.p256dh === other.keys?.p256dh &&
  one.keys?.auth === other.keys?.auth

export const createLedger = ({ knownObjectIds, rotation, now }: ResolvedOptions): Ledger => {
  const known = knownObjectIds && new Set(knownObjectIds)
  const calls: Call[] = []
  const profiles = new Map<string, Profile>()
  const errors: LiveError[] = []
  const counts = noCounts()
  let opened = 0
  let era = 0

  const store = (objectId: string, token: JudgedToken): void => {
    counts.accepted++
    const at = now()
    const held = profiles.get(objectId)
    if (held && isSame(held.token, token)) {
      counts.duplicates++
      held.duplicates++
    } else if (held && rotation === 'keep') {
      // "If given profile already has a token, it will not be updated and an error will be reported into Live Error
      // Stream" (Upload Device Tokens API, notes).
      errors.push({ at, objectId, type: token.type, message: 'Profile already has a token: it was not updated' })
    } else {
      const platform = platformOf(objectId)
      profiles.set(objectId, { objectId, platform, token: { objectId, ...token }, storedAt: at, duplicates: 0 })
    }
  }

  /** Calls may end in another order than they began. They are kept in the order in which they began. */
  const close = (call: Call): void => {
    counts.calls++
    if (call.status === 429) counts.tooMany++
    let at = calls.length
    while ((calls[at - 1]?.number ?? 0) > call.number) at--
    calls.splice(at, 0, call)
  }

  return {
    calls,
    profiles,
    errors,
    counts,
    exists: (objectId) => known?.has(objectId) ?? true,
    addProfiles: (objectIds) => {
      for (const objectId of objectIds) known?.add(objectId)
    },
    noteInFlight: (inFlight) => {
      counts.peakInFlight = Math.max(counts.peakInFlight, inFlight)
    },
    open: () => {
      const openedIn = era
      return {
        number: ++opened,
        store: (objectId, token) => {
          if (openedIn === era) store(objectId, token)
        },
        noteRejected: (count) => {
          if (openedIn === era) counts.rejected += count
        },
        close: (call) => {
          if (openedIn === era) close(call)
        },
      }
    },
    forget: (inFlight) => {
      era++
      opened = 0
      calls.length = 0
      errors.length = 0
      profiles.clear()
      Object.assign(counts, noCounts(), { peakInFlight: inFlight })
    },
  }
}
