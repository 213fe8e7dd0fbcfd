/** Web Locks: as specified, missing, refused (opaque origins), or without an answer. */
export type LockMode = 'ok' | 'missing' | 'refused' | 'never'

type Callback = (lock: { name: string; mode: 'exclusive' } | null) => unknown

/** Exclusive Web Locks of one world: the next holder starts when the previous one has settled. */
export interface FakeLocks {
  /** The replacement for `navigator.locks`. */
  readonly manager: unknown
  /** Frees every lock, as when all tabs are closed. */
  release(): void
}

export const createFakeLocks = (mode: () => LockMode): FakeLocks => {
  const queues = new Map<string, Promise<unknown>>()
  const request = async (name: string, second: LockOptions | Callback, third?: Callback): Promise<unknown> => {
    const [options, work] = typeof second === 'function' ? [{}, second] : [second, third]
    if (mode() === 'refused') throw new DOMException('The request was denied.', 'SecurityError')
    if (mode() === 'never') return new Promise<never>(() => {})
    const before = queues.get(name)
    if (before && options.ifAvailable) return work?.(null)
    const signal = options.signal
    const mine = (async () => {
      await before
      signal?.throwIfAborted()
      return work?.({ name, mode: 'exclusive' })
    })()
    const over = mine.catch(() => {})
    queues.set(name, over)
    over.then(() => {
      if (queues.get(name) === over) queues.delete(name)
    })
    if (!signal) return mine
    return Promise.race([
      mine,
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ])
  }
  return { manager: { request, query: async () => ({ held: [], pending: [] }) }, release: () => queues.clear() }
}
