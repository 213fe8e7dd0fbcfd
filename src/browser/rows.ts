import { promisifyRequest } from 'idb-keyval'
import { limit } from './limit.ts'
import { decodeRow, type Row } from './row.ts'

/** Storage of a row: in IndexedDB, under the scope of the worker. */
export interface Rows {
  /** Never rejects: a row that cannot be read is empty. */
  read(): Promise<Row>
  /** Never rejects: a row that IndexedDB does not take is kept in memory while this page or worker runs. */
  write(row: Row): Promise<void>
}

/** Limit for IndexedDB (ms): Safari's is known to hang until a restart. */
const timeoutMs = 1000

/** Opens nothing before the first use. */
export const createRows = (scope: () => string): Rows => {
  /** The row while it is not, or not yet, in IndexedDB. */
  let memory: Row | undefined

  // Not idb-keyval's `createStore`: it keeps its connection open, and a site that deletes its databases, for example at a
  // logout, would be blocked. This connection is closed after each request.
  const use = <T>(isWrite: boolean, work: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    limit(async () => {
      const opening = indexedDB.open('pushferry')
      // Reading must not create a database.
      opening.onupgradeneeded = () =>
        isWrite ? opening.result.createObjectStore('rows') : opening.transaction?.abort()
      const database = await promisifyRequest(opening)
      try {
        return promisifyRequest(work(database.transaction('rows', 'readwrite').objectStore('rows')))
      } finally {
        database.close()
      }
    }, timeoutMs)

  return {
    read: async () =>
      decodeRow(memory ?? (await use(false, (rows) => rows.get(scope())).catch(() => undefined)), Date.now()),
    write: async (row) => {
      memory = row
      try {
        await use(true, (rows) => rows.put(row, scope()))
        memory = undefined
      } catch {
        // It stays in memory.
      }
    },
  }
}
