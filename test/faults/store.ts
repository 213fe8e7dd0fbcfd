import { StoreError, type StoreErrorCode } from '../../src/relay/store/errors.ts'
import type { Store } from '../../src/relay/store/port.ts'

type Operation = Exclude<keyof Store, 'onWork' | 'close' | 'bytes'>

/** A store that fails on cue. */
export interface FaultyStore {
  readonly store: Store
  /** Calls of each operation so far, those that failed included. */
  calls(operation: Operation): number
  /** These operations, or all, reject until they are fixed. Nothing reaches the store behind. */
  break(operations?: readonly Operation[], code?: StoreErrorCode): void
  /** These operations are carried out, but their promise rejects: the answer got lost on its way. */
  loseAnswers(operations: readonly Operation[]): void
  /** These operations wait, before anything is done, until `release`. */
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
    // Every operation has been given a function of the same parameters and result.
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
