import { existsSync } from 'node:fs'
import type { StoreConfig } from '../relay/config/index.ts'
import { StoreError } from '../relay/outbox/errors.ts'
import { openStore } from '../relay/outbox/open.ts'
import type { Store } from '../relay/outbox/store.ts'
import { CliError } from './cli-error.ts'

const describe = (error: StoreError): string => {
  switch (error.code) {
    case 'future-schema':
    case 'no-driver':
      return error.message
    default:
      return `${error.message}: is PUSHFERRY_STORE right, and may this user read and write it?`
  }
}

/**
 * Opens the store, gives it to `use`, and closes it again whatever happens.
 *
 * @param mustExist for a command that only looks: it makes no database where there is none.
 * @throws CliError for what is wrong with the store.
 */
export const withStore = async <T>(
  { store: location, maxQueued }: Pick<StoreConfig, 'store' | 'maxQueued'>,
  { mustExist }: { mustExist: boolean },
  use: (store: Store) => Promise<T>,
): Promise<T> => {
  if (mustExist && location.kind === 'sqlite' && !existsSync(location.path))
    throw new CliError(
      `there is no database ${location.path}: set PUSHFERRY_STORE to the one that the relay has, or go to its folder`,
      2,
    )
  try {
    const store = await openStore(location, { maxQueued })
    try {
      return await use(store)
    } finally {
      await store.close()
    }
  } catch (error) {
    throw error instanceof StoreError ? new CliError(describe(error), 1, { cause: error }) : error
  }
}
