import type { FastifyInstance } from 'fastify'
import { loadConfig } from './config/load.ts'
import type { Config } from './config/types.ts'
import { createCredentialsCheck } from './credentials-check.ts'
import { createServer } from './http/server.ts'
import { createLateStore } from './late-store.ts'
import { createLog, type Log } from './operations/log.ts'
import { createLogOutput } from './operations/log-output.ts'
import { createObservation } from './operations/observation.ts'
import { inTime } from './operations/status/in-time.ts'
import { findTelemetry } from './operations/telemetry.ts'
import { createRetention } from './retention.ts'
import { openStore } from './store/open.ts'
import { explainOpening } from './store-opening.ts'
import { createTroubleLog } from './trouble-log.ts'
import { createUploads, type Uploads } from './uploader/uploads.ts'
import { packageVersion } from './version.ts'

/** Options of `createRelay`. All are optional. */
export interface RelayOptions {
  /**
   * Settings by name (`CLEVERTAP_ACCOUNT_ID`, `PUSHFERRY_STORE` …; docs/relay.md lists them). Default: `process.env`. Not
   * read when `config` is given.
   */
  env?: Readonly<Record<string, string | undefined>>
  /** A configuration instead of `env`. */
  config?: Config
  /** The log. Default: JSON lines on standard output. */
  log?: Log
}

/** A relay. It can be started once and stopped once. */
export interface Relay {
  /**
   * Opens the store, starts the uploads and listens. Resolves to the origin that it listens on. Also resolves while the
   * database cannot be reached; until it can, the relay answers 503.
   *
   * Rejects with a RelayError when the port is taken or not allowed, when the store cannot be opened and waiting would not
   * help, or when the relay was stopped meanwhile.
   */
  start(): Promise<{ url: string }>
  /**
   * Like `start`, but does not listen: for a relay inside another HTTP server. Pass requests to `server.routing` after this has
   * resolved.
   *
   * @example
   * await relay.startUploads()
   * http.createServer((request, response) => relay.server.routing(request, response)).listen(3000)
   */
  startUploads(): Promise<void>
  /** Stops intake, waits up to ten seconds for uploads in flight, and gives the other rows back. Can be called at any time. */
  stop(): Promise<void>
  /** The HTTP side: `server.inject` for tests, `server.routing` to mount it in another Node server. */
  readonly server: FastifyInstance
}

/** Longest wait of a start for the first attempt to open the store, in ms. */
const firstOpenMs = 5_000

/** The relay cannot start. The message says why and what to do. */
export class RelayError extends Error {
  override readonly name = 'RelayError'
}

const optionNames = ['env', 'config', 'log'] as const satisfies readonly (keyof RelayOptions)[]

/** Throws for a misspelt option, which would start a relay with settings other than its owner expects. */
const refuseUnknown = (options: RelayOptions): void => {
  const unknown = Object.keys(options).find((name) => !optionNames.some((one) => one === name))
  if (unknown !== undefined)
    throw new TypeError(
      `createRelay: unknown option ${JSON.stringify(unknown)}; known options are ${optionNames.join(', ')}`,
    )
}

const describeListenError = (error: unknown, { host, port }: Config): RelayError => {
  const { code } = error as NodeJS.ErrnoException // listen() fails with nothing else
  const what =
    code === 'EADDRINUSE'
      ? `port ${port} of ${host} is taken: set PUSHFERRY_PORT to another, or to 0 for any free one`
      : code === 'EACCES'
        ? `this user has no permission to listen on port ${port} of ${host}: set PUSHFERRY_PORT to one above 1023`
        : `cannot listen on ${host} port ${port} (${code ?? 'unknown reason'}): set PUSHFERRY_HOST to an address of this machine`
  return new RelayError(what, { cause: error })
}

/**
 * Makes a relay from its configuration. Reads the environment at once and throws a ConfigError for a wrong setting, and a
 * TypeError for an unknown option; everything else happens in `start`.
 *
 * @example
 * import { createRelay } from 'pushferry/relay'
 * const relay = createRelay()
 * const { url } = await relay.start()
 * process.once('SIGTERM', () => relay.stop())
 */
export const createRelay = (options: RelayOptions = {}): Relay => {
  refuseUnknown(options)
  const config = options.config ?? loadConfig(options.env ?? process.env)
  const output = options.log ? undefined : createLogOutput()
  const log = options.log ?? createLog(config.logLevel, output)
  let onFirstFailure = (): void => {}
  const failedOnce = new Promise<void>((resolve) => (onFirstFailure = resolve))
  /** Once the relay serves requests it retries any failure to open the store. */
  let isServing = false
  const tellTrouble = createTroubleLog(log)
  const late = createLateStore(
    () => openStore(config.store, { maxQueued: config.maxQueued, maxUnproved: config.maxUnproved }),
    (error) => {
      const { message, isHopeless } = explainOpening(error, config.store)
      if (isHopeless && !isServing) throw new RelayError(message, { cause: error })
      tellTrouble('store cannot be opened, retrying', { store: config.store.kind, reason: message, error })
      onFirstFailure()
    },
  )
  const version = packageVersion()
  const observation = createObservation({
    config,
    store: late.store,
    log,
    version,
    droppedLines: () => output?.dropped() ?? 0,
    uploads: { state: (account) => uploads.state(account), holder: () => uploads.holder() },
  })
  const { store } = observation
  const telemetry = findTelemetry()
  const uploads: Uploads = createUploads(config, store, observation.events, telemetry)
  const server = createServer({
    config,
    store,
    log,
    version,
    uploads: {
      health: (account) => uploads.state(account).upload,
      waitMs: (account) => uploads.state(account).waitMs,
    },
    routes: observation.routes,
    onIntake: observation.onIntake,
  })
  observation.countAnswers(server)
  telemetry?.addTo(server)
  const credentials = createCredentialsCheck({ accounts: config.accounts, store, log })
  const retention = createRetention({ accounts: config.accounts, store, keepMs: config.keepRejectedMs, log })
  let uploading: Promise<void> | undefined
  let stopping: Promise<void> | undefined

  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      const closed = server.close()
      late.giveUp()
      // An attempt to reach a remote database may hang. If it opens the store after all, the store is closed at once.
      await inTime(uploading ?? Promise.resolve(), 1_000).catch(() => {})
      await Promise.all([
        uploads.stop(),
        ...[credentials, retention].map((one) => inTime(one.stop(), 1_000).catch(() => {})),
      ])
      await closed
      observation.stop()
      await late.store.close()
      log.info('stopped')
      await output?.close()
    })()
    return stopping
  }
  /** Stops everything when a step of the start fails. */
  const orStop = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step()
    } catch (error) {
      await stop()
      throw error
    }
  }

  const startUploads = async (): Promise<void> => {
    for (const warning of config.warnings) log.warn('configuration', { warning })
    observation.start()
    uploading = late.open().then(async () => {
      if (stopping) return
      await uploads.start()
      retention.start()
      void credentials.ask()
    })
    uploading.catch(() => {})
    // Waits up to 5 s for the first attempt to open the store, so that a relay that listens can usually take records.
    const patience = new Promise((resolve) => setTimeout(resolve, firstOpenMs).unref())
    await Promise.race([uploading, failedOnce, patience])
    isServing = true
    // Without it Fastify throws at the first request to `routing`.
    if (!stopping) await server.ready()
  }

  return {
    server,
    startUploads: () => orStop(startUploads),
    start: () =>
      orStop(async () => {
        await startUploads()
        if (stopping) throw new RelayError('the relay was stopped before it could listen')
        const url = await server.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
          throw describeListenError(error, config)
        })
        log.info('listening', { host: config.host, port: Number(new URL(url).port) })
        return { url }
      }),
    stop,
  }
}
