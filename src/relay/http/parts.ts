import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/types.ts'
import type { Log } from '../operations/log.ts'
import type { Store } from '../store/port.ts'
import type { ServerTimeouts } from './limits.ts'

/** How an account's uploads go. `suspended`: CleverTap refuses the credentials. */
export type UploadHealth = 'ok' | 'throttled' | 'suspended' | 'failing'

/** One call of the HTTP intake whose records were answered for; for logs and metrics. */
export interface IntakeEvent {
  account: string
  /** The name of the API key, or `browser`. */
  from: string
  requestId: string
  /** The caller's own, from `traceparent`; undefined where it sent none. */
  traceId: string | undefined
  /** How many records were `queued`, `replaced`, `unchanged`, `refused`, or had a fault, by its number or name. */
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
    /** For how long nothing is sent yet, in ms. */
    waitMs(account: string): number
  }
  /** More routes (metrics, status page). They get the hooks of all routes and are in the OpenAPI document. */
  routes?: readonly ((app: FastifyInstance) => void)[]
  /** Called for every call whose records were answered for. Must not throw. */
  onIntake?: (event: IntakeEvent) => void
  /** Where the built browser files are. */
  browserFiles?: URL
  timeouts?: ServerTimeouts
  /** Wall clock, ms since the epoch. */
  now?: () => number
  /** Monotonic clock, in ms. */
  monotonic?: () => number
  random?: () => number
}
