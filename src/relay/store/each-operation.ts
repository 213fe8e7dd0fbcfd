import { StoreError } from './errors.ts'
import type { Store } from './port.ts'

const names = [
  ...(['put', 'withdraw', 'erase', 'find', 'lease', 'complete', 'takeSlots', 'join', 'heartbeat', 'holders'] as const),
  ...(['takeOver', 'leave', 'counts', 'history', 'count', 'rejected', 'accepted', 'retryRejected'] as const),
  ...(['discardRejected', 'secret', 'probe'] as const),
]
export type OperationName = (typeof names)[number]
/** The operations that every store answers with a promise, except `close`. */
export type Operations = Pick<Store, OperationName>

/** Makes operations that all go through `ask`, which calls `operation` on a store, or does not, and returns the answer. */
export const eachOperation = (
  ask: <T>(operation: (store: Operations) => Promise<T>, name: OperationName) => Promise<T>,
): Operations => {
  const forward = (name: OperationName) => [
    name,
    (...values: unknown[]) =>
      ask((store) => Reflect.apply(store[name] as (...values: unknown[]) => Promise<unknown>, store, values), name),
  ]
  // Each has the parameters and the result of the operation with its name.
  return Object.fromEntries(names.map(forward)) as Operations
}

/** Adds `close`, which waits for the operations in progress and then calls `end`. Operations after it reject with `closed`. */
export const untilClosed = (operations: Operations, end: () => Promise<void>): Operations & Pick<Store, 'close'> => {
  const underWay = new Set<Promise<unknown>>()
  let ended: Promise<void> | undefined
  return {
    ...eachOperation(async (operation) => {
      if (ended) throw new StoreError('closed', 'the store is closed')
      const answer = operation(operations)
      underWay.add(answer)
      return answer.finally(() => underWay.delete(answer))
    }),
    close: () => {
      ended ??= Promise.allSettled(underWay).then(end)
      return ended
    },
  }
}
