import type { StoreLocation } from '../config/types.ts'
import type { Store, StoreOptions } from './port.ts'

/** A thread runs built files only: Node 20 knows no TypeScript. From source, as in tests, SQLite stays on this thread. */
const isBuilt = import.meta.url.endsWith('.js')

/**
 * Opens the store that a location names, and loads the code and driver of that kind only.
 *
 * `inThread` gives SQLite a thread of its own: for who writes by the thousand and has other work to do meanwhile. Single
 * records cost half as much again there. The promises are the same on either, and the contract suite runs on both.
 */
export const openStore = async (
  location: StoreLocation,
  { inThread = false, ...options }: StoreOptions & { inThread?: boolean },
): Promise<Store> => {
  if (location.kind === 'postgres')
    return (await import('./postgres/store.ts')).openPostgresStore(location.url, options)
  return inThread && isBuilt
    ? (await import('./thread/open.ts')).openInThread(location.path, options)
    : (await import('./sqlite/store.ts')).openSqliteStore(location.path, options)
}
