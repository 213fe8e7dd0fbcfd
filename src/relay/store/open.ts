import type { StoreLocation } from '../config/types.ts'
import type { Store, StoreOptions } from './port.ts'

/** Opens the store at a location. Loads only the code and driver of that kind. */
export const openStore = async (location: StoreLocation, options: StoreOptions): Promise<Store> =>
  location.kind === 'postgres'
    ? (await import('./postgres/store.ts')).openPostgresStore(location.url, options)
    : (await import('./sqlite/store.ts')).openSqliteStore(location.path, options)
