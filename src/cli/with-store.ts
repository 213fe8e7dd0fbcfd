import { existsSync } from 'node:fs'
import type { StoreConfig } from '../relay/config/index.ts'
import { StoreError } from '../relay/store/errors.ts'
import { openStore } from '../relay/store/open.ts'
import type { Store } from '../relay/store/port.ts'
import { nameOfStore } from '../relay/store-name.ts'
import { explainOpening } from '../relay/store-opening.ts'
import { CliError } from './cli-error.ts'
import { storeExitCode } from './store-exit-code.ts'

/**
 * Opens the store, passes it to `use`, and always closes it again.
 *
 * @param mustExist whether a missing SQLite database is an error; if not, it is created.
 * @throws CliError when the store cannot be used.
 */
export const withStore = async <T>(
  { store: location, maxQueued, maxUnproved }: Pick<StoreConfig, 'store' | 'maxQueued' | 'maxUnproved'>,
  { mustExist, ...options }: { mustExist: boolean; cacheBytes?: number; logPages?: number },
  use: (store: Store) => Promise<T>,
): Promise<T> => {
  if (mustExist && location.kind === 'sqlite' && !existsSync(location.path))
    throw new CliError(
      `there is no database ${nameOfStore(location)}: set PUSHFERRY_STORE to the relay's database, or run the command in its folder`,
      2,
    )
  try {
    const store = await openStore(location, { maxQueued, maxUnproved, ...options })
    try {
      return await use(store)
    } finally {
      await store.close()
    }
  } catch (error) {
    throw error instanceof StoreError
      ? new CliError(explainOpening(error, location).message, storeExitCode(error), { cause: error })
      : error
  }
}
