/**
 * The behaviour of storage: `blocked` throws from `open` (private modes, sandboxed frames), `refused` fails the open request,
 * `never` leaves it unanswered, `stuck` opens but answers no request, `full` allows reads but no writes, `missing` has no
 * IndexedDB, `foreign` has a database of this name with other stores.
 */
export type StorageMode = 'ok' | 'blocked' | 'refused' | 'never' | 'stuck' | 'full' | 'missing' | 'foreign'

/** The part of IndexedDB that `idb-keyval` needs, kept in memory, for all tabs and visits of one world. */
export interface FakeIndexedDb {
  mode: StorageMode
  /** The number of open connections. */
  connections: number
  /** The number of values that were stored. */
  writes: number
  /** The names of the databases. */
  names(): string[]
  /** All values, by database, store and key. */
  values(): unknown[]
  /** Replaces each stored value. */
  change(by: (value: unknown) => unknown): void
  wipe(): void
  /** The replacement for `globalThis.indexedDB`. */
  factory(): unknown
}

interface Request {
  result: unknown
  error: unknown
  transaction?: { abort(): void }
  onsuccess?: (() => void) | null
  onerror?: (() => void) | null
  onupgradeneeded?: (() => void) | null
}

/** @param onWrite called whenever a value is stored */
export const createFakeIndexedDb = (onWrite: () => void): FakeIndexedDb => {
  const databases = new Map<string, Map<string, Map<string, unknown>>>()

  const open = (name: string): Request => {
    const request: Request = { result: undefined, error: null }
    if (fake.mode === 'blocked') throw new DOMException('The operation is insecure.', 'SecurityError')
    if (fake.mode === 'never') return request
    queueMicrotask(() => {
      if (fake.mode === 'refused') {
        request.error = new DOMException('Internal error opening backing store.', 'UnknownError')
        request.onerror?.()
        return
      }
      const stores =
        fake.mode === 'foreign' ? new Map() : (databases.get(name) ?? new Map<string, Map<string, unknown>>())
      fake.connections++
      const database = {
        createObjectStore: (store: string) => stores.set(store, new Map()),
        transaction: (store: string) => transaction(stores.get(store), database),
        close: () => {
          fake.connections--
        },
      }
      request.result = database
      if (!databases.has(name) && fake.mode !== 'foreign') {
        let isAborted = false
        const abort = () => {
          isAborted = true
        }
        databases.set(name, stores)
        request.transaction = { abort }
        request.onupgradeneeded?.()
        if (isAborted) {
          databases.delete(name)
          fake.connections--
          request.error = new DOMException('The transaction was aborted.', 'AbortError')
          request.onerror?.()
          return
        }
      }
      request.onsuccess?.()
    })
    return request
  }

  const transaction = (values: Map<string, unknown> | undefined, db: object) => {
    if (!values) throw new DOMException('No such store.', 'NotFoundError')
    const all: { db: object; error: unknown; oncomplete?: () => void; onabort?: () => void } = { db, error: null }
    let pending = 0
    const ask = (work: () => unknown): Request => {
      const request: Request = { result: undefined, error: null }
      if (fake.mode === 'stuck') return request
      pending++
      queueMicrotask(() => {
        try {
          request.result = work()
          request.onsuccess?.()
        } catch (error) {
          request.error = all.error = error
          request.onerror?.()
        }
        queueMicrotask(() => {
          if (--pending > 0) return
          if (all.error) all.onabort?.()
          else all.oncomplete?.()
        })
      })
      return request
    }
    const store = {
      transaction: all,
      get: (key: string) => ask(() => structuredClone(values.get(key))),
      put: (value: unknown, key: string) => {
        // A browser clones the value, and refuses one that it cannot clone, before `put` returns.
        const copy = structuredClone(value)
        return ask(() => {
          if (fake.mode === 'full') throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
          fake.writes++
          onWrite()
          values.set(key, copy)
        })
      },
      delete: (key: string) => ask(() => values.delete(key)),
      clear: () => ask(() => values.clear()),
      getAll: () => ask(() => structuredClone([...values.values()])),
      getAllKeys: () => ask(() => [...values.keys()]),
    }
    return { ...all, objectStore: () => store }
  }

  const stores = () => [...databases.values()].flatMap((one) => [...one.values()])
  const fake: FakeIndexedDb = {
    mode: 'ok',
    connections: 0,
    writes: 0,
    names: () => [...databases.keys()],
    values: () => stores().flatMap((store) => [...store.values()]),
    change: (by) => {
      for (const store of stores()) for (const [key, value] of store) store.set(key, by(structuredClone(value)))
    },
    wipe: () => databases.clear(),
    factory: () => (fake.mode === 'missing' ? undefined : { open }),
  }
  return fake
}
