import { resolve } from 'node:path'
import { readPostgresAddress } from './config/postgres-address.ts'
import type { StoreLocation } from './config/types.ts'

/** The name of a store in messages: the full path of its file, or host and port of its server. Contains no secret. */
export const nameOfStore = (location: StoreLocation): string => {
  if (location.kind === 'sqlite') return resolve(location.path)
  const { host = '', port = '5432' } = readPostgresAddress(location.url) ?? {}
  return `PostgreSQL at ${host || 'this machine'}:${port}`
}
