import type { StoreLocation } from '../config/types.ts'
import type { Store, StoreOptions } from './store.ts'

/** Opens the store that a location names, and loads the code and driver of that kind only. */
export const openStore = async (location: StoreLocation, options: StoreOptions): Promise<Store> => {
  if (location.kind === 'sqlite') return (await import('./sqlite.ts')).openSqliteStore(location.path, options)
  return (await import('./postgres.ts')).openPostgresStore(location.url, options)
}
