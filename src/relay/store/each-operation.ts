import type { Store } from './port.ts'

const names = [
  ...(['put', 'withdraw', 'erase', 'find', 'lease', 'complete', 'takeSlots', 'join', 'heartbeat', 'holders'] as const),
  ...(['takeOver', 'leave', 'counts', 'history', 'count', 'rejected', 'accepted', 'retryRejected'] as const),
  ...(['discardRejected', 'secret', 'probe'] as const),
]
export type OperationName = (typeof names)[number]
/** The operations that every store answers with a promise; not `close`, which is the end of them. */
export type Operations = Pick<Store, OperationName>

/**
 * Makes operations that all go through `ask`: it may call `operation` on a store, at once or never, and answers for it.
 *
 * @example
 * eachOperation((operation) => (store ? operation(store) : Promise.reject(new StoreError('unavailable', 'not yet'))))
 */
export const eachOperation = (
  ask: <T>(operation: (store: Operations) => Promise<T>, name: OperationName) => Promise<T>,
): Operations => {
  const forward = (name: OperationName) => [
    name,
    (...values: unknown[]) =>
      ask((store) => Reflect.apply(store[name] as (...values: unknown[]) => Promise<unknown>, store, values), name),
  ]
  // Each takes and gives what the operation of its name does.
  return Object.fromEntries(names.map(forward)) as Operations
}
