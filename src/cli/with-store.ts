import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { StoreConfig, StoreLocation } from '../relay/config/index.ts'
import { StoreError } from '../relay/store/errors.ts'
import { openStore } from '../relay/store/open.ts'
import type { Store } from '../relay/store/port.ts'
import { CliError } from './cli-error.ts'
import { storeExitCode } from './store-exit-code.ts'

/** What to look at when a store cannot be opened or does not answer. Of an address nothing but host and port is shown. */
const remedy = (location: StoreLocation): string => {
  if (location.kind === 'postgres') {
    const { hostname, port } = new URL(location.url)
    return `does PostgreSQL run at ${hostname || 'this machine'}:${port || '5432'}, and are user, password and database of PUSHFERRY_STORE right?`
  }
  const { path } = location
  const folder = dirname(path)
  if (!existsSync(folder)) return `there is no folder ${folder}: make it, or set PUSHFERRY_STORE to another file`
  const file = statSync(path, { throwIfNoEntry: false })
  if (file?.isDirectory())
    return `${path} is a folder: PUSHFERRY_STORE is the name of a file, such as sqlite:pushferry.db`
  return `is ${path}, which PUSHFERRY_STORE names, a database of Pushferry, and may this user read and write it and its folder?`
}

const explain = (error: StoreError, location: StoreLocation): string =>
  error.code === 'future-schema' || error.code === 'no-driver' ? error.message : `${error.message}: ${remedy(location)}`

/**
 * Opens the store, gives it to `use`, and closes it again whatever happens.
 *
 * @param mustExist for a command that only looks: it makes no database where there is none.
 * @throws CliError for what is wrong with the store.
 */
export const withStore = async <T>(
  { store: location, maxQueued }: Pick<StoreConfig, 'store' | 'maxQueued'>,
  { mustExist, ...options }: { mustExist: boolean; inThread?: boolean; cacheBytes?: number; logPages?: number },
  use: (store: Store) => Promise<T>,
): Promise<T> => {
  const describe = (error: StoreError): string => explain(error, location)
  if (mustExist && location.kind === 'sqlite' && !existsSync(location.path))
    throw new CliError(
      `there is no database ${location.path}: set PUSHFERRY_STORE to the one that the relay has, or go to its folder`,
      2,
    )
  try {
    const store = await openStore(location, { maxQueued, ...options })
    try {
      return await use(store)
    } finally {
      await store.close()
    }
  } catch (error) {
    throw error instanceof StoreError ? new CliError(describe(error), storeExitCode(error), { cause: error }) : error
  }
}
