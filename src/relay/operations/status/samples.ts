import type { Counts } from '../../store/port.ts'
import { dayMs, eachStep, type Steps, stepOf, stepsOf } from './steps.ts'
import type { Happened } from './view/snapshot.ts'

/**
 * Samples of the store's numbers of one account, every few seconds. The store counts events per minute and keeps no
 * history of the queue's depth, so the live view and the line of the queue begin when this process starts.
 */
export interface Samples {
  add(at: number, counts: Counts): void
  /** Events in each of the live steps; null for steps without a sample. */
  happened(now: number): readonly (Happened | null)[]
  /** The depth of the queue at the end of each step. */
  waiting(steps: Steps): readonly (number | null)[]
  /** The last minute, as far as this process has seen it. */
  lastMinute(now: number): Happened | null
}

interface Sample extends Happened {
  waiting: number
}

/** Gaps of up to this number of steps are interpolated; longer gaps stay unknown. */
const bridgedSteps = 3

/** Records that wait or are being uploaded. */
export const waitingIn = ({ queued, uploading }: Pick<Counts, 'queued' | 'uploading'>): number =>
  queued.live + queued.unproved + queued.import + uploading

/** Records that had to be uploaded: new tokens and replaced ones. */
export const queuedIn = (events: Readonly<Partial<Record<'queued' | 'replaced', number>>>): number =>
  (events.queued ?? 0) + (events.replaced ?? 0)

export const createSamples = (): Samples => {
  const live = new Map<number, Sample>()
  const byMinute = new Map<number, number>()
  const keep = <T>(map: Map<number, T>, at: number, value: T, keptMs: number): void => {
    map.set(at, value)
    for (const old of map.keys()) {
      if (old >= at - keptMs) return
      map.delete(old)
    }
  }
  const difference = (at: number, stepMs: number): Happened | null => {
    const sample = live.get(at)
    const before = [1, 2, bridgedSteps].map((steps) => live.get(at - steps * stepMs)).find((one) => one !== undefined)
    if (!sample || !before) return null
    const since = (name: keyof Happened): number => Math.max(0, sample[name] - before[name])
    return { queued: since('queued'), accepted: since('accepted'), rejected: since('rejected') }
  }
  const happened = (now: number): (Happened | null)[] => {
    const steps = stepsOf('live', now)
    return eachStep(steps, (at) => difference(at, steps.stepMs))
  }

  return {
    add: (at, counts) => {
      const { events } = counts
      const sample = {
        waiting: waitingIn(counts),
        queued: queuedIn(events),
        accepted: events.accepted,
        rejected: events.rejected,
      }
      const { stepMs, count } = stepsOf('live', at)
      keep(live, stepOf(at, stepMs), sample, (count + bridgedSteps) * stepMs)
      keep(byMinute, stepOf(at, 60_000), sample.waiting, dayMs)
    },
    happened,
    waiting: (steps) => {
      if (steps.stepMs < 60_000) return eachStep(steps, (at) => live.get(at)?.waiting ?? null)
      const lastIn = (at: number): number | null => {
        for (let minute = at + steps.stepMs - 60_000; minute >= at; minute -= 60_000) {
          const found = byMinute.get(minute)
          if (found !== undefined) return found
        }
        return null
      }
      return eachStep(steps, lastIn)
    },
    lastMinute: (now) => {
      const known = happened(now)
        .slice(-12)
        .filter((one) => one !== null)
      const sum = (name: keyof Happened): number => known.reduce((n, one) => n + one[name], 0)
      return known.length === 0 ? null : { queued: sum('queued'), accepted: sum('accepted'), rejected: sum('rejected') }
    },
  }
}
