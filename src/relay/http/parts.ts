import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/types.ts'
import type { Log } from '../operations/log.ts'
import type { Store } from '../store/port.ts'
import type { ServerTimeouts } from './limits.ts'

/** The state of an account's uploads. `suspended`: CleverTap refuses the credentials. */
export type UploadHealth = 'ok' | 'throttled' | 'suspended' | 'failing'

/** One answered call of the HTTP intake, for logs and metrics. */
export interface IntakeEvent {
  account: string
  /** The name of the API key, or `browser`. */
  from: string
  requestId: string
  /** From the caller's `traceparent`; undefined without one. */
  traceId: string | undefined
  /** Number of records by result: `queued`, `replaced`, `unchanged`, `refused`, or the number or name of a fault. */
  results: Readonly<Record<string, number>>
}

/** Parts of the HTTP server. Optional ones have defaults that are fit for production. */
export interface ServerParts {
  config: Pick<Config, 'accounts' | 'rateLimit' | 'trustProxy' | 'secret' | 'keepAliveMs' | 'connectionsPerAddress'>
  store: Store
  log: Log
  /** The package's version, to compare with a script's `?v=`. */
  version: string
  uploads?: {
    health(account: string): UploadHealth
    /** Time until the next request may be sent, in ms. */
    waitMs(account: string): number
  }
  /** Further routes (metrics, status page), with the same hooks and in the OpenAPI document. */
  routes?: readonly ((app: FastifyInstance) => void)[]
  /** Called after every answered intake call. Must not throw. */
  onIntake?: (event: IntakeEvent) => void
  /** The folder of the built browser files. */
  browserFiles?: URL
  timeouts?: ServerTimeouts
  /** Wall clock, ms since the epoch. */
  now?: () => number
  /** Monotonic clock, in ms. */
  monotonic?: () => number
  random?: () => number
}
