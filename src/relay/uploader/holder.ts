import { randomUUID } from 'node:crypto'
import type { Holder, Store } from '../store/port.ts'
import type { Clock } from './clock.ts'

/** This process as the store knows it: while it is alive it may lease rows and take slots. */
export interface HolderLife {
  /** The id to use now; undefined while the store has not confirmed that this process is alive. */
  id(): string | undefined
  start(): Promise<void>
  /** Beats now, because the report has changed; others would read the old one until the next beat. */
  tell(): void
  /** Stops beating. What is held is the caller's to give back before, through `Store.leave`. */
  stop(): Promise<void>
}

export interface HolderParts {
  store: Store
  clock: Clock
  /** How long a beat may stand still before others take what the holder has, in ms. */
  leaseMs: number
  /** What the process says of itself with each beat. */
  report: () => string
  /** The process was given up by the others (it slept, or the store was out of reach): all that it held is gone. */
  onLost: () => void
  /** Rows were freed from holders that are dead. */
  onFreed: () => void
}

/**
 * Which holders have stood still for the lease time, as far as this process has seen. Pure but for its memory: it
 * compares beats with its own monotonic clock and nobody's wall clock. After a time in which it saw nothing, because the
 * machine slept or the store was out of reach, it starts over: the others had no chance to be seen either.
 */
export const createWatch = (
  leaseMs: number,
): ((holders: readonly Holder[], elapsed: number) => Pick<Holder, 'id' | 'beat'>[]) => {
  let seen = new Map<string, { beat: number; at: number }>()
  let lookedAt = Number.NEGATIVE_INFINITY
  return (holders, elapsed) => {
    const known = elapsed - lookedAt > leaseMs / 2 ? new Map<string, { beat: number; at: number }>() : seen
    lookedAt = elapsed
    seen = new Map()
    for (const { id, beat } of holders) {
      const before = known.get(id)
      seen.set(id, before?.beat === beat ? before : { beat, at: elapsed })
    }
    return [...seen].filter(([, { at }]) => elapsed - at >= leaseMs).map(([id, { beat }]) => ({ id, beat }))
  }
}

/** Beats four times in a lease time, and takes over from holders that do not. */
export const createHolderLife = ({ store, clock, leaseMs, report, onLost, onFreed }: HolderParts): HolderLife => {
  const watch = createWatch(leaseMs)
  const beatMs = leaseMs / 4
  let id: string | undefined
  let confirmedAt = Number.NEGATIVE_INFINITY
  let stopped = true
  let cancel = (): void => {}
  let running: Promise<void> = Promise.resolve()

  const join = async (): Promise<void> => {
    const fresh = randomUUID()
    await store.join(fresh, report())
    id = fresh
  }
  const beat = async (): Promise<void> => {
    const asked = clock.elapsed()
    if (id === undefined) await join()
    else if (!(await store.beat(id, report()))) {
      id = undefined
      onLost()
      await join()
    }
    confirmedAt = asked
    const stale = watch(await store.holders(), clock.elapsed()).filter((holder) => holder.id !== id)
    if (stale.length > 0 && (await store.reap(stale)) > 0) onFreed()
  }
  const beatNow = (): void => {
    cancel()
    if (stopped) return
    // After one that is under way. The store is out of reach: nothing is leased meanwhile, and the next beat tries again.
    running = running
      .then(() => (stopped ? undefined : beat()))
      .catch(() => {})
      .then(again)
  }
  const again = (): void => {
    cancel()
    if (!stopped) cancel = clock.after(beatMs, beatNow)
  }

  return {
    // Short of the lease time, so that nothing new is begun that others may be about to take over.
    id: () => (clock.elapsed() - confirmedAt < leaseMs * 0.75 ? id : undefined),
    start: async () => {
      stopped = false
      await beat().catch(() => {})
      again()
    },
    tell: beatNow,
    stop: async () => {
      stopped = true
      cancel()
      await running
    },
  }
}
