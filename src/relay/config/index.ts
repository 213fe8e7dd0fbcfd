export { ConfigError } from './error.ts'
export { loadConfig, loadStoreConfig } from './load.ts'
export { isClevertapOrigin, regionOrigin, regions } from './region.ts'
export { type Setting, settings } from './settings.ts'
export type {
  AccountConfig,
  ApiKey,
  Config,
  LogLevel,
  StoreAccount,
  StoreConfig,
  StoreLocation,
  WebType,
} from './types.ts'
