export { ConfigError } from './config/error.ts'
export type { AccountConfig, ApiKey, Config, LogLevel, StoreLocation, WebType } from './config/types.ts'
export type { Log, LogFields } from './operations/log.ts'
export { createRelay, type Relay, RelayError, type RelayOptions } from './relay.ts'
