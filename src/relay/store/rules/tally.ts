import type { Counts, EventName, Minute, Pool, Priority, TokenState } from '../port.ts'
import { eventNames } from '../records.ts'
import type { Row } from './row.ts'

/** The name of a count of rows or events. `pending` counts the records in an inbox that are not applied. */
export type TallyName =
  | `state:${TokenState}:${Pool}`
  | `code:${number}`
  | `event:${EventName}`
  | `confirmed:${number}`
  | 'pending'

export const poolOf = ({ priority, proved }: { priority: Priority; proved: boolean }): Pool => {
  if (!proved) return 'unproved'
  return priority === 'import' ? 'import' : 'live'
}

/** Changes of counts in one transaction, which are written once at its end. Accounts have the adapter's numbers. */
export interface Delta {
  add(account: number, name: TallyName, by: number): void
  /** Also counted by the minute. */
  event(account: number, name: EventName, by?: number): void
  /** The sum under this name so far. */
  of(account: number, name: TallyName): number
  /** All sums except zeros. */
  entries(): readonly { account: number; name: TallyName; by: number }[]
}

export const createDelta = (): Delta => {
  const sums = new Map<string, { account: number; name: TallyName; by: number }>()
  const add = (account: number, name: TallyName, by: number): void => {
    const key = `${account}\n${name}`
    const sum = sums.get(key)
    if (sum) sum.by += by
    else sums.set(key, { account, name, by })
  }
  return {
    add,
    event: (account, name, by = 1) => add(account, `event:${name}`, by),
    of: (account, name) => sums.get(`${account}\n${name}`)?.by ?? 0,
    entries: () => [...sums.values()].filter(({ by }) => by !== 0),
  }
}

/** Counts a row, or removes it from the counts with -1. Holds are not counted. */
export const countRow = (delta: Delta, account: number, row: Row, by: 1 | -1): void => {
  const { state, error, confirmedOn } = row
  if (state === 'erased') return
  delta.add(account, `state:${state}:${poolOf(row)}`, by)
  if (state === 'rejected' && error) delta.add(account, `code:${error.code}`, by)
  if (confirmedOn !== null) delta.add(account, `confirmed:${confirmedOn}`, by)
}

/** Turns stored counts into the result of `Store.counts`. */
export const readCounts = (numbers: ReadonlyMap<string, number>, oldestReceivedAt: number | null): Counts => {
  const of = (name: TallyName): number => numbers.get(name) ?? 0
  const all = (state: TokenState): number =>
    of(`state:${state}:live`) + of(`state:${state}:unproved`) + of(`state:${state}:import`)
  const after = (prefix: string): Record<string, number> => {
    const found = [...numbers].filter(([name, n]) => name.startsWith(prefix) && n > 0)
    return Object.fromEntries(found.map(([name, n]) => [name.slice(prefix.length), n]))
  }
  return {
    queued: {
      live: of('state:queued:live') + of('pending'),
      unproved: of('state:queued:unproved'),
      import: of('state:queued:import'),
    },
    uploading: all('uploading'),
    accepted: all('accepted'),
    rejected: all('rejected'),
    withdrawn: all('withdrawn'),
    oldestReceivedAt,
    rejectedByCode: after('code:'),
    confirmedOn: after('confirmed:'),
    events: Object.fromEntries(eventNames.map((name) => [name, of(`event:${name}`)])) as Record<EventName, number>,
  }
}

/** Turns stored counts of minutes, in order, into the result of `Store.history`. */
export const readMinutes = (rows: readonly { at: number; event: string; n: number }[]): Minute[] => {
  const minutes = new Map<number, Partial<Record<EventName, number>>>()
  for (const { at, event, n } of rows) {
    const name = eventNames.find((one) => one === event)
    if (name) minutes.set(at, { ...minutes.get(at), [name]: n })
  }
  return [...minutes].map(([at, events]) => ({ at, events }))
}

/** The minute of a time, as its start in ms. */
export const minuteOf = (now: number): number => now - (now % 60_000)
/** Time for which minutes are kept, in ms. */
export const minutesKeptMs = 8 * 24 * 60 * 60 * 1000
