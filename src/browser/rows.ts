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
  const store = createStore('pushferry', 'rows')
  /** The row that IndexedDB has not taken, or not yet. */
  let memory: Row | undefined

  const use = <T>(work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    limit(
      () =>
        store('readwrite', (rows) => {
          const { db } = rows.transaction
          // A site that deletes the database, at a logout for one, would wait for this connection for ever. idb-keyval
          // opens another one after a `close` event, which `close()` itself does not fire.
          db.onversionchange = () => {
            db.close()
            db.dispatchEvent(new Event('close'))
          }
          return promisifyRequest(work(rows))
        }),
      timeoutMs,
    )

  return {
    read: async (scope) =>
      decodeRow(memory ?? (await use((rows) => rows.get(scope)).catch(() => undefined)), Date.now()),
    write: async (scope, row) => {
      memory = row
      await use((rows) => rows.put(row, scope)).then(
        () => {
          if (memory === row) memory = undefined
        },
        () => {},
      )
    },
  }
}
