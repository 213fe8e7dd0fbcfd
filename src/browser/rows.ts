import { createStore, promisifyRequest } from 'idb-keyval'
import { limit } from './limit.ts'
import { decodeRow, type Row } from './row.ts'

/** Where rows are kept, by the scope of the worker. */
export interface Rows {
  /** Never rejects: what cannot be read is an empty row. */
  read(scope: string): Promise<Row>
  /** Never rejects: what IndexedDB does not take lives as long as this page or worker. */
  write(scope: string, row: Row): Promise<void>
}

/** Limit for IndexedDB (ms): Safari's is known to hang until a restart. */
const timeoutMs = 1000

/** Opens nothing before the first use. */
export const createRows = (): Rows => {
  const open = () => createStore('pushferry', 'rows')
  let store = open()
  /** The row that IndexedDB has not taken, or not yet. */
  let memory: string | undefined

  const use = <T>(work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    limit(
      () =>
        store('readwrite', (rows) => {
          const database = rows.transaction.db
          // A site that deletes the database, at a logout for one, would wait for this connection for ever.
          if (database)
            database.onversionchange = () => {
              database.close()
              store = open()
            }
          return promisifyRequest(work(rows))
        }),
      timeoutMs,
    )

  return {
    read: async (scope) =>
      decodeRow(memory ?? (await use((rows) => rows.get(scope)).catch(() => undefined)), Date.now()),
    write: async (scope, row) => {
      const text = JSON.stringify(row)
      memory = text
      await use((rows) => rows.put(text, scope)).then(
        () => {
          if (memory === text) memory = undefined
        },
        () => {},
      )
    },
  }
}
