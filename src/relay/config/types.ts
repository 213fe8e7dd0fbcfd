import type { TokenType } from '../../wire/record.ts'
import type { EgressProxy } from '../clevertap/proxy.ts'
import type { TicketKey } from '../tickets/keys.ts'

/** Everything that a relay can be told, checked and with every default filled in. What each one means: settings.ts. */
export interface Config {
  host: string
  port: number
  store: StoreLocation
  /** Opens `/metrics` and the status page; undefined closes them. Secret. */
  adminKey: string | undefined
  /** What registration keys are derived from; undefined leaves it to `Store.secret('registration')`. Secret. */
  secret: string | undefined
  leaseMs: number
  maxQueued: number
  maxUnproved: number
  /** How long rejected records are kept. */
  keepRejectedMs: number
  /** Browser requests a minute, for each address and for each objectId. 0 is no limit. */
  rateLimit: number
  /** How long a connection without a request is kept. */
  keepAliveMs: number
  /** Connections of one address at a time. 0 is no limit. */
  connectionsPerAddress: number
  /** Addresses, CIDR ranges and names of ranges whose `X-Forwarded-For` is believed. Empty: nobody's. */
  trustProxy: readonly string[]
  logLevel: LogLevel
  /** At least one. Their ids differ and no origin belongs to two of them. */
  accounts: readonly AccountConfig[]
  /** What starts, but ought to be looked at. One line each, without a secret. */
  warnings: readonly string[]
}

/** One CleverTap account and what belongs to it. */
export interface AccountConfig {
  /** CleverTap's account id. Names the account in the store, in logs and in metrics. */
  id: string
  /** Secret. */
  passcode: string
  /** Where `/1/upload` is appended, without a slash at its end. */
  apiOrigin: string
  /** Through which CleverTap is reached; undefined: directly. Secret. */
  proxy: EgressProxy | undefined
  /** Origins (`https://www.example.com`) whose pages may register. */
  origins: readonly string[]
  apiKeys: readonly ApiKey[]
  tickets: 'off' | 'required'
  /** Empty: no ticket is believed. Secret where they are shared secrets. */
  ticketKeys: readonly TicketKey[]
  ticketAudience: string | undefined
  vapidPublicKey: string | undefined
  /** Push services that take part beside Google's, and as which type. */
  webTypes: readonly WebType[]
  /** `accept`: the newest registration wins without a key. */
  takeover: 'refuse' | 'accept'
  /** After so long without a confirmation by its browser any other may have the objectId. */
  keyIdleMs: number
  keyPadding: 'padded' | 'unpadded'
  uploadConcurrency: number
  uploadBatch: number
  uploadTimeoutMs: number
  flushMs: number
  retryBaseMs: number
  retryMaxMs: number
  /** Waits before another try of a record whose profile seems not to be live yet; then it is rejected. */
  deferMs: readonly number[]
  /** Share (0 to 1) of the accepted records that are looked up on their profile. */
  verify: number
}

/** What is needed to work on the store, and perhaps no more than that: an account may come without its passcode. */
export type StoreConfig = Omit<Config, 'accounts' | 'warnings'> & { accounts: readonly StoreAccount[] }
export type StoreAccount = Omit<AccountConfig, 'passcode'> & { passcode: string | undefined }

export type StoreLocation = { kind: 'sqlite'; path: string } | { kind: 'postgres'; url: string }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** A backend's key. `name` is what logs and metrics show; `key` is secret. */
export interface ApiKey {
  name: string
  key: string
}

/** `host` is a lower-case host, with its port if it has one, or `*.suffix` for every host below the suffix. */
export interface WebType {
  host: string
  type: TokenType
}
