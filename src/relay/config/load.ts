import { readFileSync } from 'node:fs'
import { readAccountConfig } from './account.ts'
import { readAccountsFile } from './accounts-file.ts'
import { ConfigError } from './error.ts'
import { nearest } from './nearest.ts'
import type { SettingName, SettingValue } from './settings.ts'
import { knownNames, type Layer, type ReadFile, readSetting, settingNameOf } from './source.ts'
import type { AccountConfig, Config } from './types.ts'
import { warningsOf } from './warnings.ts'

const readEnvironment = (env: Readonly<Record<string, string | undefined>>): Layer => {
  const texts = new Map<string, string>()
  for (const [name, text] of Object.entries(env)) {
    if (settingNameOf(name)) texts.set(name, text?.trim() ?? '')
    else if (name.startsWith('PUSHFERRY_')) {
      const meant = nearest(name, knownNames)
      throw new ConfigError(
        `${JSON.stringify(name.slice(0, 80)).slice(1, -1)} is not known${meant ? `, did you mean ${meant}?` : ''}; allowed are ${knownNames.join(' ')}`,
      )
    }
  }
  return { where: '', texts }
}

const readAccountLayers = (env: Layer, path: string | undefined, readFile: ReadFile): readonly (readonly Layer[])[] => {
  if (path === undefined) return [[env]]
  let text: string
  try {
    text = readFile(path)
  } catch {
    throw new ConfigError('PUSHFERRY_CONFIG must name a JSON file that can be read')
  }
  return readAccountsFile(text).map((account) => [account, env])
}

const refuseOverlap = (accounts: readonly AccountConfig[]): void => {
  const ids = new Set(accounts.map(({ id }) => id))
  if (ids.size < accounts.length)
    throw new ConfigError('PUSHFERRY_CONFIG: CLEVERTAP_ACCOUNT_ID must differ from account to account')
  const origins = accounts.flatMap((account) => account.origins)
  if (new Set(origins).size < origins.length)
    throw new ConfigError('PUSHFERRY_CONFIG: an origin of PUSHFERRY_ORIGINS must belong to one account only')
}

/**
 * Reads everything that the relay can be told, and nothing else in the product reads the environment. Empty variables
 * count as not set.
 *
 * @param readFile gives the text of `…_FILE` and `PUSHFERRY_CONFIG` files; default: the file system.
 * @throws ConfigError for a wrong or unknown `PUSHFERRY_*` name or value and for missing CleverTap credentials.
 */
export const loadConfig = (
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = (path) => readFileSync(path, 'utf8'),
): Config => {
  const environment = readEnvironment(env)
  const read = <Name extends SettingName>(name: Name): SettingValue<Name> => readSetting([environment], name, readFile)
  const accounts = readAccountLayers(environment, read('PUSHFERRY_CONFIG'), readFile).map((layers) =>
    readAccountConfig(layers, readFile),
  )
  refuseOverlap(accounts)
  const config = {
    host: read('PUSHFERRY_HOST'),
    port: read('PUSHFERRY_PORT'),
    store: read('PUSHFERRY_STORE'),
    adminKey: read('PUSHFERRY_ADMIN_KEY'),
    secret: read('PUSHFERRY_SECRET'),
    leaseMs: read('PUSHFERRY_LEASE_MS'),
    maxQueued: read('PUSHFERRY_MAX_QUEUED'),
    rateLimit: read('PUSHFERRY_RATE_LIMIT'),
    trustProxy: read('PUSHFERRY_TRUST_PROXY'),
    logLevel: read('PUSHFERRY_LOG_LEVEL'),
    accounts,
  }
  return { ...config, warnings: warningsOf(config) }
}
