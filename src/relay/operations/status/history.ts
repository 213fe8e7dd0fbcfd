import type { EventName, Minute, Store } from '../../store/port.ts'
import { queuedIn } from './samples.ts'
import { dayMs, eachStep, type Steps, stepOf } from './steps.ts'
import type { Happened } from './view/snapshot.ts'

/** The last day of one account, minute by minute, as the store keeps it across restarts. */
export interface History {
  /** Reads new events from the store. When the store fails it rejects with its error and changes nothing. */
  refresh(now: number): Promise<void>
  happened(steps: Steps): readonly Happened[]
  /** Number of events of a kind since a time. */
  since(from: number, event: EventName): number
  sum(from: number): Happened
}

type Sum = { -readonly [Name in keyof Happened]: number }
const emptySum = (): Sum => ({ queued: 0, accepted: 0, rejected: 0 })
const addTo = (sum: Sum, events: Minute['events']): Sum => {
  sum.queued += queuedIn(events)
  sum.accepted += events.accepted ?? 0
  sum.rejected += events.rejected ?? 0
  return sum
}

/**
 * Caches the minutes of a day in memory, so that an open page does not read them all from the store every two seconds. Only
 * the last two minutes are read again, because other processes may still add to them.
 */
export const createHistory = (store: Pick<Store, 'history'>, account: string): History => {
  const minutes = new Map<number, Minute['events']>()
  let readTo = 0
  return {
    refresh: async (now) => {
      const oldest = stepOf(now, 60_000) - dayMs
      for (const { at, events } of await store.history(account, Math.max(oldest, readTo))) minutes.set(at, events)
      readTo = stepOf(now, 60_000) - 60_000
      for (const at of minutes.keys()) if (at < oldest) minutes.delete(at)
    },
    happened: (steps) => {
      const sums = new Map<number, Sum>()
      for (const [at, events] of minutes) {
        const step = stepOf(at, steps.stepMs)
        const sum = sums.get(step) ?? emptySum()
        sums.set(step, addTo(sum, events))
      }
      return eachStep(steps, (at) => sums.get(at) ?? emptySum())
    },
    since: (from, event) => {
      let n = 0
      for (const [at, events] of minutes) if (at >= from) n += events[event] ?? 0
      return n
    },
    sum: (from) => {
      const sum = emptySum()
      for (const [at, events] of minutes) if (at >= from) addTo(sum, events)
      return sum
    },
  }
}
