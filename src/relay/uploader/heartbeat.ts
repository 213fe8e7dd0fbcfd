import { randomUUID } from 'node:crypto'
import type { Holder, Store } from '../store/port.ts'
import type { Clock } from './clock.ts'

/** Keeps this process registered in the store as a holder. Only a registered holder may lease rows and take slots. */
export interface Heartbeat {
  /** The holder id to use now; undefined while the store has not confirmed a recent heartbeat. */
  id(): string | undefined
  start(): Promise<void>
  /** Sends a heartbeat now, because the report has changed; other processes would read the old one until the next heartbeat. */
  tell(): void
  /** Stops the heartbeats. The caller gives rows and slots back through `Store.leave`. */
  stop(): Promise<void>
}

export interface HeartbeatParts {
  store: Store
  clock: Clock
  /** Lease time, in ms: other processes take over from a holder that has sent no heartbeat for that long. */
  leaseMs: number
  /** The process's own report, sent with each heartbeat. */
  report: () => string
  /** Others took over from this process (it slept, or could not reach the store): it holds nothing any more. */
  onLost: () => void
  /** Rows were taken over from holders without a heartbeat. */
  onFreed: () => void
}

/**
 * Finds the holders that have sent no heartbeat for the lease time, as far as this process has seen. Compares heartbeats
 * with its own monotonic clock, never with a wall clock. After a gap in its own observations (the machine slept, the store
 * was out of reach) it starts over, because it cannot know which heartbeats it missed.
 */
export const createStaleDetector = (
  leaseMs: number,
): ((holders: readonly Holder[], elapsed: number) => Pick<Holder, 'id' | 'heartbeat'>[]) => {
  let seen = new Map<string, { heartbeat: number; at: number }>()
  let lookedAt = Number.NEGATIVE_INFINITY
  return (holders, elapsed) => {
    const known = elapsed - lookedAt > leaseMs / 2 ? new Map<string, { heartbeat: number; at: number }>() : seen
    lookedAt = elapsed
    seen = new Map()
    for (const { id, heartbeat } of holders) {
      const before = known.get(id)
      seen.set(id, before?.heartbeat === heartbeat ? before : { heartbeat, at: elapsed })
    }
    return [...seen].filter(([, { at }]) => elapsed - at >= leaseMs).map(([id, { heartbeat }]) => ({ id, heartbeat }))
  }
}

/** Sends a heartbeat four times per lease time, and takes over from holders that send none. */
export const createHeartbeat = ({ store, clock, leaseMs, report, onLost, onFreed }: HeartbeatParts): Heartbeat => {
  const watch = createStaleDetector(leaseMs)
  const heartbeatMs = leaseMs / 4
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
  const heartbeat = async (): Promise<void> => {
    const asked = clock.elapsed()
    if (id === undefined) await join()
    else if (!(await store.heartbeat(id, report()))) {
      id = undefined
      onLost()
      await join()
    }
    confirmedAt = asked
    const stale = watch(await store.holders(), clock.elapsed()).filter((holder) => holder.id !== id)
    if (stale.length > 0 && (await store.takeOver(stale)) > 0) onFreed()
  }
  const heartbeatNow = (): void => {
    cancel()
    if (stopped) return
    // Runs after a heartbeat that is under way. When the store cannot be reached nothing is leased; the next heartbeat tries again.
    running = running
      .then(() => (stopped ? undefined : heartbeat()))
      .catch(() => {})
      .then(again)
  }
  const again = (): void => {
    cancel()
    if (!stopped) cancel = clock.after(heartbeatMs, heartbeatNow)
  }

  return {
    // Less than the lease time, so that this process leases nothing that others may be about to take over.
    id: () => (clock.elapsed() - confirmedAt < leaseMs * 0.75 ? id : undefined),
    start: async () => {
      stopped = false
      await heartbeat().catch(() => {})
      again()
    },
    tell: heartbeatNow,
    stop: async () => {
      stopped = true
      cancel()
      await running
    },
  }
}
