import type { Store } from './port.ts'

/** Listeners that are called when records may have become due. */
export const createWorkListeners = () => {
  const listeners = new Set<Parameters<Store['onWork']>[0]>()
  let come = new Map<string, number>()
  const tellAll = (): void => {
    const told = come
    come = new Map()
    for (const [account, rows] of told) for (const listener of listeners) listener(account, rows)
  }
  return {
    /** Reports `rows` new records of an account: in a microtask, and once for all that are reported before it runs. */
    tell: (account: string, rows: number): void => {
      if (come.size === 0) queueMicrotask(tellAll)
      come.set(account, (come.get(account) ?? 0) + rows)
    },
    onWork: (listener: Parameters<Store['onWork']>[0]): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
export type WorkListeners = ReturnType<typeof createWorkListeners>
