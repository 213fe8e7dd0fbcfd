export { ConfigError } from './error.ts'
export { loadConfig } from './load.ts'
export { type Setting, settings } from './settings.ts'
export type { AccountConfig, ApiKey, Config, LogLevel, StoreLocation, WebType } from './types.ts'
