import { loadStoreConfig, type StoreConfig } from '../relay/config/index.ts'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'

/**
 * Loads the configuration of a command that uses the store. It needs PUSHFERRY_STORE and an account id, which `--account`
 * can give.
 *
 * @throws CliError without an account id, ConfigError for a wrong setting.
 */
export const storeConfig = ({ env }: Pick<Io, 'env'>, wanted: string | undefined): StoreConfig => {
  const isTold = Boolean(env.CLEVERTAP_ACCOUNT_ID?.trim() || env.PUSHFERRY_CONFIG?.trim())
  if (isTold) return loadStoreConfig(env)
  if (wanted === undefined) throw new CliError('which account? Set CLEVERTAP_ACCOUNT_ID or give --account', 2)
  return loadStoreConfig({ ...env, CLEVERTAP_ACCOUNT_ID: wanted })
}
