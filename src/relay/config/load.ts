import type { EgressProxy } from '../clevertap/proxy.ts'
import { readAccountConfig, readStoreAccount } from './account.ts'
import { readAccountsFile } from './accounts-file.ts'
import { ConfigError } from './error.ts'
import { nearest } from './nearest.ts'
import { isOfPlatform } from './platform-names.ts'
import { readProxy } from './proxy-setting.ts'
import { readTextFile, whyUnreadable } from './read-text-file.ts'
import type { SettingName, SettingValue } from './settings.ts'
import { knownNames, type Layer, type ReadFile, readSetting, settingNameOf } from './source.ts'
import type { AccountConfig, Config, StoreAccount, StoreConfig } from './types.ts'
import { warningsOf } from './warnings.ts'

const readEnvironment = (env: Readonly<Record<string, string | undefined>>): Layer => {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(env)) {
    if (isOfPlatform(name, value ?? '')) continue
    if (settingNameOf(name)) values.set(name, value?.trim() ?? '')
    else if (/^PUSHFERRY_\w*PRIVATE_KEY/.test(name))
      throw new ConfigError(
        `${name.slice(0, 80)} is not known: a relay needs no private key, so remove it from the environment`,
      )
    else if (name.startsWith('PUSHFERRY_')) {
      const meant = nearest(name, knownNames)
      throw new ConfigError(
        `${JSON.stringify(name.slice(0, 80)).slice(1, -1)} is not known${meant ? `, did you mean ${meant}?` : ''}; allowed are ${knownNames.join(' ')}`,
      )
    }
  }
  return { where: '', values }
}

const readAccountLayers = (env: Layer, path: string | undefined, readFile: ReadFile): readonly (readonly Layer[])[] => {
  if (path === undefined) return [[env]]
  let json: string
  try {
    json = readFile(path)
  } catch (error) {
    throw new ConfigError(`PUSHFERRY_CONFIG must name a JSON file that can be read${whyUnreadable(error)}`)
  }
  return readAccountsFile(json).map((account) => [account, env])
}

/** Names two accounts that share one of these values, by their index in the file. */
const sharers = (values: readonly (readonly string[])[]): string | undefined => {
  const owners = new Map<string, number>()
  for (const [at, some] of values.entries())
    for (const one of some) {
      const owner = owners.get(one)
      if (owner !== undefined && owner !== at) return `accounts[${owner}] and accounts[${at}]`
      owners.set(one, at)
    }
  return undefined
}

const refuseOverlap = (accounts: readonly StoreAccount[]): void => {
  const namesakes = sharers(accounts.map(({ id }) => [id]))
  if (namesakes)
    throw new ConfigError(`PUSHFERRY_CONFIG: CLEVERTAP_ACCOUNT_ID must differ, but ${namesakes} have the same`)
  const neighbours = sharers(accounts.map(({ origins }) => origins))
  if (neighbours)
    throw new ConfigError(
      `PUSHFERRY_CONFIG: an origin of PUSHFERRY_ORIGINS must belong to one account only, but ${neighbours} share one`,
    )
}

/** A ticket for one account must not be valid for another, so accounts that share a key need different audiences. */
const refuseSharedTicketKeys = (accounts: readonly StoreAccount[]): void => {
  for (const [at, { ticketKeys, ticketAudience }] of accounts.entries())
    for (const [before, other] of accounts.slice(0, at).entries()) {
      const shared = ticketKeys.some(({ key }) => other.ticketKeys.some((one) => one.key.equals(key)))
      const audiences = new Set([ticketAudience, other.ticketAudience])
      if (shared && (audiences.has(undefined) || audiences.size === 1))
        throw new ConfigError(
          `PUSHFERRY_CONFIG: accounts[${before}] and accounts[${at}] share a key of PUSHFERRY_TICKET_KEY: give each a PUSHFERRY_TICKET_AUDIENCE of its own`,
        )
    }
}

const load = <Account extends StoreAccount>(
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile,
  readAccount: (layers: readonly Layer[], readFile: ReadFile, proxy: EgressProxy | undefined) => Account,
): Omit<Config, 'accounts' | 'warnings'> & { accounts: readonly Account[] } => {
  const environment = readEnvironment(env)
  const read = <Name extends SettingName>(name: Name): SettingValue<Name> => readSetting([environment], name, readFile)
  const proxy = readProxy(env)
  const accounts = readAccountLayers(environment, read('PUSHFERRY_CONFIG'), readFile).map((layers) =>
    readAccount(layers, readFile, proxy),
  )
  refuseOverlap(accounts)
  refuseSharedTicketKeys(accounts)
  return {
    host: read('PUSHFERRY_HOST'),
    port: read('PUSHFERRY_PORT'),
    store: read('PUSHFERRY_STORE'),
    adminKey: read('PUSHFERRY_ADMIN_KEY'),
    secret: read('PUSHFERRY_SECRET'),
    leaseMs: read('PUSHFERRY_LEASE_MS'),
    maxQueued: read('PUSHFERRY_MAX_QUEUED'),
    maxUnproved: read('PUSHFERRY_MAX_UNPROVED'),
    keepRejectedMs: read('PUSHFERRY_KEEP_REJECTED'),
    rateLimit: read('PUSHFERRY_RATE_LIMIT'),
    keepAliveMs: read('PUSHFERRY_KEEP_ALIVE_MS'),
    connectionsPerAddress: read('PUSHFERRY_CONNECTIONS_PER_ADDRESS'),
    trustProxy: read('PUSHFERRY_TRUST_PROXY'),
    logLevel: read('PUSHFERRY_LOG_LEVEL'),
    accounts,
  }
}

/**
 * Reads the whole configuration. No other code reads the environment. Empty variables count as not set.
 *
 * @param readFile reads `…_FILE` and `PUSHFERRY_CONFIG` files; default: from the file system.
 * @throws ConfigError for a wrong or unknown `PUSHFERRY_*` name or value and for missing CleverTap credentials.
 */
export const loadConfig = (
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = readTextFile,
): Config => {
  const config = load<AccountConfig>(env, readFile, readAccountConfig)
  return { ...config, warnings: warningsOf(config, env) }
}

/**
 * Like `loadConfig`, for commands that use the store only: the passcode may be missing. Every setting is still checked.
 */
export const loadStoreConfig = (
  env: Readonly<Record<string, string | undefined>>,
  readFile: ReadFile = readTextFile,
): StoreConfig => load<StoreAccount>(env, readFile, readStoreAccount)
