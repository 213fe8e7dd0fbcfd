import { type Counts, type EventName, eventNames, type Lane, type Pool, type TokenState } from '../port.ts'

/** The name under which a number of rows or events is kept. */
export type TallyName = `state:${TokenState}:${Pool}` | `code:${number}` | `event:${EventName}` | `confirmed:${number}`

/** See `Pool`. */
export const poolOf = ({ lane, proved }: { lane: Lane; proved: boolean }): Pool => {
  if (!proved) return 'unproved'
  return lane === 'import' ? 'import' : 'live'
}

/** Changes of numbers, gathered during one transaction and written once at its end. */
export interface Delta {
  add(account: string, name: TallyName, by: number): void
  /** Also counted by the minute. */
  event(account: string, name: EventName, by?: number): void
  /** What was gathered under this name so far. */
  of(account: string, name: TallyName): number
  /** What was gathered, zero sums left out. */
  entries(): readonly { account: string; name: TallyName; by: number }[]
}

export const createDelta = (): Delta => {
  const sums = new Map<string, { account: string; name: TallyName; by: number }>()
  const add = (account: string, name: TallyName, by: number): void => {
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

/** Moves a row from one day of confirmation to another; null: none. */
export const recountConfirmed = (delta: Delta, account: string, before: number | null, after: number | null): void => {
  if (before === after) return
  if (before !== null) delta.add(account, `confirmed:${before}`, -1)
  if (after !== null) delta.add(account, `confirmed:${after}`, 1)
}

/** Turns kept numbers into what `Store.counts` gives. */
export const readCounts = (numbers: ReadonlyMap<string, number>, oldestReceivedAt: number | null): Counts => {
  const of = (name: TallyName): number => numbers.get(name) ?? 0
  const all = (state: TokenState): number =>
    of(`state:${state}:live`) + of(`state:${state}:unproved`) + of(`state:${state}:import`)
  const days = [...numbers].filter(([name, n]) => name.startsWith('confirmed:') && n > 0)
  const codes = [...numbers].filter(([name, n]) => name.startsWith('code:') && n > 0)
  return {
    queued: {
      live: of('state:queued:live'),
      unproved: of('state:queued:unproved'),
      import: of('state:queued:import'),
    },
    uploading: all('uploading'),
    accepted: all('accepted'),
    rejected: all('rejected'),
    withdrawn: all('withdrawn'),
    oldestReceivedAt,
    rejectedByCode: Object.fromEntries(codes.map(([name, n]) => [name.slice('code:'.length), n])),
    confirmedOn: Object.fromEntries(days.map(([name, n]) => [name.slice('confirmed:'.length), n])),
    events: Object.fromEntries(eventNames.map((name) => [name, of(`event:${name}`)])) as Record<EventName, number>,
  }
}

/** The minute of a time, as its start in ms. */
export const minuteOf = (now: number): number => now - (now % 60_000)
/** How long minutes are kept, in ms. */
export const minutesKeptMs = 8 * 24 * 60 * 60 * 1000
