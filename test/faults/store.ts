import { StoreError, type StoreErrorCode } from '../../src/relay/store/errors.ts'
import type { Store } from '../../src/relay/store/port.ts'

type Operation = Exclude<keyof Store, 'onWork' | 'close' | 'bytes'>

/** A store that fails when a test says so. */
export interface FaultyStore {
  readonly store: Store
  /** Number of calls of an operation so far, including those that failed. */
  calls(operation: Operation): number
  /** Makes these operations, or all, reject until `repair`. The real store gets no call. */
  break(operations?: readonly Operation[], code?: StoreErrorCode): void
  /** Carries these operations out but rejects their promises, as when the answer is lost. */
  loseAnswers(operations: readonly Operation[]): void
  /** Makes these operations wait, before anything is done, until `release`. */
  hold(operations: readonly Operation[]): void
  release(): void
  repair(): void
}

const operations: readonly Operation[] = [
  'put',
  'withdraw',
  'erase',
  'find',
  'lease',
  'complete',
  'takeSlots',
  'join',
  'heartbeat',
  'holders',
  'takeOver',
  'leave',
  'counts',
  'history',
  'count',
  'rejected',
  'accepted',
  'retryRejected',
  'secret',
  'probe',
]

/** Wraps a store. */
export const createFaultyStore = (behind: Store): FaultyStore => {
  const counted = new Map<Operation, number>()
  let broken: ReadonlySet<Operation> = new Set()
  let lost: ReadonlySet<Operation> = new Set()
  let held: ReadonlySet<Operation> = new Set()
  let code: StoreErrorCode = 'unavailable'
  let letGo = (): void => {}
  let gate: Promise<void> = Promise.resolve()

  const wrap =
    (operation: Operation) =>
    async (...given: unknown[]): Promise<unknown> => {
      counted.set(operation, (counted.get(operation) ?? 0) + 1)
      if (held.has(operation)) await gate
      if (broken.has(operation)) throw new StoreError(code, 'broken on purpose')
      const result = await Reflect.apply(behind[operation], behind, given)
      if (lost.has(operation)) throw new StoreError('unavailable', 'done, but the answer was lost on purpose')
      return result
    }
  const wrapped = Object.fromEntries(operations.map((operation) => [operation, wrap(operation)]))
  return {
    // The cast: each operation is replaced by a function with the same parameters and result.
    store: { ...wrapped, onWork: behind.onWork, close: behind.close } as unknown as Store,
    calls: (operation) => counted.get(operation) ?? 0,
    break: (these = operations, by = 'unavailable') => {
      broken = new Set(these)
      code = by
    },
    loseAnswers: (these) => {
      lost = new Set(these)
    },
    hold: (these) => {
      held = new Set(these)
      gate = new Promise((resolve) => {
        letGo = resolve
      })
    },
    release: () => {
      held = new Set()
      letGo()
    },
    repair: () => {
      broken = new Set()
      lost = new Set()
    },
  }
}
