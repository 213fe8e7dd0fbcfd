import type { TokenType } from '../../wire/record.ts'
import type { EgressProxy } from '../clevertap/proxy.ts'
import type { TicketKey } from '../tickets/keys.ts'

/** The relay's configuration, checked and with all defaults. settings.ts describes each setting. */
export interface Config {
  host: string
  port: number
  store: StoreLocation
  /** Password for `/metrics` and the status page; undefined closes both. Secret. */
  adminKey: string | undefined
  /** Registration keys are derived from it; undefined: `Store.secret('registration')` is used. Secret. */
  secret: string | undefined
  leaseMs: number
  maxQueued: number
  maxUnproved: number
  /** How long rejected records are kept. */
  keepRejectedMs: number
  /** Browser requests per minute, for each address and for each objectId. 0: no limit. */
  rateLimit: number
  /** Time after which an idle connection is closed. */
  keepAliveMs: number
  /** Open connections per address. 0: no limit. */
  connectionsPerAddress: number
  /** Addresses, CIDR ranges and names of ranges whose `X-Forwarded-For` is trusted. Empty: none. */
  trustProxy: readonly string[]
  logLevel: LogLevel
  /** At least one. Their ids differ, and no two share an origin. */
  accounts: readonly AccountConfig[]
  /** Warnings about settings that work but are risky. One line each, without secrets. */
  warnings: readonly string[]
}

/** The settings of one CleverTap account. */
export interface AccountConfig {
  /** CleverTap's account id. Names the account in the store, in logs and in metrics. */
  id: string
  /** Secret. */
  passcode: string
  /** Origin of the API, without a slash at its end. */
  apiOrigin: string
  /** Proxy for requests to CleverTap; undefined: none. Secret. */
  proxy: EgressProxy | undefined
  /** Origins (`https://www.example.com`) whose pages may register. */
  origins: readonly string[]
  apiKeys: readonly ApiKey[]
  tickets: 'off' | 'required'
  /** Empty: no ticket is valid. Secret where they are shared secrets. */
  ticketKeys: readonly TicketKey[]
  ticketAudience: string | undefined
  vapidPublicKey: string | undefined
  /** Push services accepted besides Google's, each with its token type. */
  webTypes: readonly WebType[]
  /** `accept`: the newest registration wins without a key. */
  takeover: 'refuse' | 'accept'
  /** Time after the last confirmation by an objectId's browser from which another browser may claim it. */
  keyIdleMs: number
  keyPadding: 'padded' | 'unpadded'
  uploadConcurrency: number
  uploadBatch: number
  uploadTimeoutMs: number
  flushMs: number
  retryBaseMs: number
  retryMaxMs: number
  /** Waits before each retry of a record whose profile does not seem to be live yet. After the last retry it is rejected. */
  deferMs: readonly number[]
  /** Share (0 to 1) of the accepted records that are verified against their profile. */
  verify: number
}

/** The configuration of commands that use the store only: the passcode may be missing. */
export type StoreConfig = Omit<Config, 'accounts' | 'warnings'> & { accounts: readonly StoreAccount[] }
export type StoreAccount = Omit<AccountConfig, 'passcode'> & { passcode: string | undefined }

export type StoreLocation = { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: string }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** An API key. Logs and metrics show `name`; `key` is secret. */
export interface ApiKey {
  name: string
  key: string
}

/** `host` is a lower-case host, with its port if it has one, or `*.suffix` for every host below the suffix. */
export interface WebType {
  host: string
  type: TokenType
}
