import type { Store } from './port.ts'

/** Who wants to know of records that may have become due. */
export interface WorkListeners {
  /** Tells of so many records of an account, after the code that runs now and once for all that come with it. */
  tell(account: string, rows: number): void
  onWork: Store['onWork']
}

export const createWorkListeners = (): WorkListeners => {
  const listeners = new Set<Parameters<Store['onWork']>[0]>()
  let come = new Map<string, number>()
  const tellAll = (): void => {
    const told = come
    come = new Map()
    for (const [account, rows] of told) for (const listener of listeners) listener(account, rows)
  }
  return {
    tell: (account, rows) => {
      if (come.size === 0) queueMicrotask(tellAll)
      come.set(account, (come.get(account) ?? 0) + rows)
    },
    onWork: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
