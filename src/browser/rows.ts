import { promisifyRequest } from 'idb-keyval'
import { limit } from './limit.ts'
import { decodeRow, type Row } from './row.ts'

/** Where a row is kept: in IndexedDB, under the scope of the worker. */
export interface Rows {
  /** Never rejects: a row that cannot be read is empty. */
  read(): Promise<Row>
  /** Never rejects: a row that IndexedDB does not take lives as long as this page or worker. */
  write(row: Row): Promise<void>
}

/** Limit for IndexedDB (ms): Safari's is known to hang until a restart. */
const timeoutMs = 1000

/** Opens nothing before the first use. */
export const createRows = (scope: () => string): Rows => {
  /** The row that IndexedDB has not taken, or not yet. */
  let memory: Row | undefined

  // Not idb-keyval's `createStore`: it holds its connection, which would keep a site from deleting the database, at a
  // logout for one. This one closes by itself once the request is answered.
  const use = <T>(isWrite: boolean, work: (rows: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    limit(async () => {
      const opening = indexedDB.open('pushferry')
      // A look must not leave a database behind.
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
