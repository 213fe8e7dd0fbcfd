import type { EgressProxy } from '../clevertap/proxy.ts'
import { ConfigError } from './error.ts'
import { regionOrigin } from './region.ts'
import { type SettingName, type SettingValue, settings } from './settings.ts'
import { type Layer, type ReadFile, readSetting } from './source.ts'
import type { AccountConfig, StoreAccount } from './types.ts'

/** The API's origin, from the first layer with a URL or a region. Within one layer the URL wins. Every layer is validated. */
const readApiOrigin = (layers: readonly Layer[], readFile: ReadFile): string => {
  const origins = layers.map((layer) => {
    const url = readSetting([layer], 'CLEVERTAP_URL', readFile)
    const region = readSetting([layer], 'CLEVERTAP_REGION', readFile)
    return { isSet: Boolean(url ?? layer.values.get('CLEVERTAP_REGION')), origin: url ?? regionOrigin(region) }
  })
  return origins.find(({ isSet }) => isSet)?.origin ?? regionOrigin(settings.CLEVERTAP_REGION.defaultValue)
}

/** The first and the longest retry wait. If only one is set, the other's default adapts; if both are, they must not contradict. */
const readRetry = (layers: readonly Layer[], readFile: ReadFile): { retryBaseMs: number; retryMaxMs: number } => {
  const retryBaseMs = readSetting(layers, 'PUSHFERRY_RETRY_BASE_MS', readFile)
  const retryMaxMs = readSetting(layers, 'PUSHFERRY_RETRY_MAX_MS', readFile)
  if (retryMaxMs >= retryBaseMs) return { retryBaseMs, retryMaxMs }
  const isSet = (name: SettingName): boolean => layers.some(({ values }) => Boolean(values.get(name)))
  if (!isSet('PUSHFERRY_RETRY_BASE_MS')) return { retryBaseMs: retryMaxMs, retryMaxMs }
  if (!isSet('PUSHFERRY_RETRY_MAX_MS')) return { retryBaseMs, retryMaxMs: retryBaseMs }
  throw new ConfigError(`${layers[0]?.where ?? ''}PUSHFERRY_RETRY_MAX_MS must not be less than PUSHFERRY_RETRY_BASE_MS`)
}

const mustBeSet = (layers: readonly Layer[], name: SettingName, advice: string): ConfigError =>
  new ConfigError(`${layers[0]?.where ?? ''}${name} must be set: ${advice}`)

/** Like `readAccountConfig`, for commands that use the store only: the passcode may be missing. */
export const readStoreAccount = (
  layers: readonly Layer[],
  readFile: ReadFile,
  proxy: EgressProxy | undefined,
): StoreAccount => {
  const where = layers[0]?.where ?? ''
  const read = <Name extends SettingName>(name: Name): SettingValue<Name> => readSetting(layers, name, readFile)
  const id = read('CLEVERTAP_ACCOUNT_ID')
  if (id === undefined)
    throw mustBeSet(
      layers,
      'CLEVERTAP_ACCOUNT_ID',
      'copy it from the CleverTap dashboard, or run pushferry init, which asks for every required setting',
    )
  const account: StoreAccount = {
    id,
    passcode: read('CLEVERTAP_PASSCODE'),
    apiOrigin: readApiOrigin(layers, readFile),
    proxy,
    origins: [...new Set(read('PUSHFERRY_ORIGINS'))],
    apiKeys: read('PUSHFERRY_API_KEYS') ?? [],
    tickets: read('PUSHFERRY_TICKETS'),
    ticketKeys: read('PUSHFERRY_TICKET_KEY') ?? [],
    ticketAudience: read('PUSHFERRY_TICKET_AUDIENCE'),
    vapidPublicKey: read('PUSHFERRY_VAPID_PUBLIC_KEY'),
    webTypes: read('PUSHFERRY_WEB_TYPES'),
    takeover: read('PUSHFERRY_TAKEOVER'),
    keyIdleMs: read('PUSHFERRY_KEY_IDLE'),
    keyPadding: read('PUSHFERRY_KEY_PADDING'),
    uploadConcurrency: read('PUSHFERRY_UPLOAD_CONCURRENCY'),
    uploadBatch: read('PUSHFERRY_UPLOAD_BATCH'),
    uploadTimeoutMs: read('PUSHFERRY_UPLOAD_TIMEOUT_MS'),
    flushMs: read('PUSHFERRY_FLUSH_MS'),
    ...readRetry(layers, readFile),
    deferMs: read('PUSHFERRY_DEFER'),
    verify: read('PUSHFERRY_VERIFY'),
  }
  if (account.tickets === 'required' && account.ticketKeys.length === 0)
    throw new ConfigError(`${where}PUSHFERRY_TICKET_KEY must be set when PUSHFERRY_TICKETS is required`)
  return account
}

/** Reads one account's settings. The first layer that has a setting decides. Throws a ConfigError. */
export const readAccountConfig = (
  layers: readonly Layer[],
  readFile: ReadFile,
  proxy: EgressProxy | undefined,
): AccountConfig => {
  const account = readStoreAccount(layers, readFile, proxy)
  const { passcode } = account
  if (passcode === undefined)
    throw mustBeSet(
      layers,
      'CLEVERTAP_PASSCODE',
      'make a passcode for the relay in the CleverTap dashboard, and set it here or its file as CLEVERTAP_PASSCODE_FILE',
    )
  return { ...account, passcode }
}
