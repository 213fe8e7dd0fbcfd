import type { FastifyInstance } from 'fastify'
import { loadConfig } from './config/load.ts'
import type { Config } from './config/types.ts'
import { createCredentialsCheck } from './credentials-check.ts'
import { createServer } from './http/server.ts'
import { createLog, type Log } from './operations/log.ts'
import { createLogOutput } from './operations/log-output.ts'
import { createObservation } from './operations/observation.ts'
import { inTime } from './operations/status/in-time.ts'
import { findTelemetry } from './operations/telemetry.ts'
import { createRetention } from './retention.ts'
import { createLateStore } from './store/late.ts'
import { openStore } from './store/open.ts'
import { explainOpening } from './store/opening.ts'
import { createTroubleLog } from './trouble-log.ts'
import { createUploads, type Uploads } from './uploader/uploads.ts'
import { packageVersion } from './version.ts'

/** Options of `createRelay`. All are optional. */
export interface RelayOptions {
  /**
   * Settings by their names (`CLEVERTAP_ACCOUNT_ID`, `PUSHFERRY_STORE` …; docs/relay.md lists them). Default: the
   * process's environment. Not read when `config` is given.
   */
  env?: Readonly<Record<string, string | undefined>>
  /** A configuration that has been read already. */
  config?: Config
  /** Where lines go. Default: JSON on standard output. */
  log?: Log
}

/** A relay. One object, one life: it is started once and stopped once. */
export interface Relay {
  /**
   * Opens the store, starts the uploads and listens. Resolves to the origin that it listens on. While the database is
   * out of reach it resolves all the same, and the relay answers 503 until it is there.
   *
   * Rejects with a RelayError: the port is taken or not allowed, the store can never be opened by waiting, or the relay
   * was stopped meanwhile.
   */
  start(): Promise<{ url: string }>
  /**
   * As `start`, but does not listen: for a server that is mounted elsewhere. Once it has resolved, `server.routing` takes
   * requests.
   *
   * @example
   * await relay.startUploads()
   * http.createServer((request, response) => relay.server.routing(request, response)).listen(3000)
   */
  startUploads(): Promise<void>
  /** Stops intake, finishes what is in flight for up to ten seconds, gives the rest back. Can be called at any time. */
  stop(): Promise<void>
  /** The HTTP side: `server.inject` for tests, `server.routing` to mount it in another Node server. */
  readonly server: FastifyInstance
}

/** How long a start waits for the first attempt to open the store, in ms. */
const firstOpenMs = 5_000

/** The relay cannot start; the message says why and what to do. */
export class RelayError extends Error {
  override readonly name = 'RelayError'
}

const optionNames = ['env', 'config', 'log'] as const satisfies readonly (keyof RelayOptions)[]

/** A misspelt option would be a relay that runs with other settings than its owner thinks. */
const refuseUnknown = (options: RelayOptions): void => {
  const unknown = Object.keys(options).find((name) => !optionNames.some((one) => one === name))
  if (unknown !== undefined)
    throw new TypeError(`createRelay: unknown option ${JSON.stringify(unknown)}; known are ${optionNames.join(', ')}`)
}

const describeListenError = (error: unknown, { host, port }: Config): RelayError => {
  const { code } = error as NodeJS.ErrnoException // listen() fails with nothing else
  const what =
    code === 'EADDRINUSE'
      ? `port ${port} of ${host} is taken: set PUSHFERRY_PORT to another, or to 0 for any free one`
      : code === 'EACCES'
        ? `port ${port} of ${host} is not allowed to this user: set PUSHFERRY_PORT to one above 1023`
        : `cannot listen on ${host} port ${port} (${code ?? 'unknown reason'}): set PUSHFERRY_HOST to an address of this machine`
  return new RelayError(what, { cause: error })
}

/**
 * Composes a relay from its configuration. Reads the environment at once and throws a ConfigError for what is wrong in
 * it, and a TypeError for an option that is not known; everything else happens in `start`.
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
  /** Once it has begun to serve, it waits for its store whatever is wrong with that. */
  let isServing = false
  const tellTrouble = createTroubleLog(log)
  const late = createLateStore(
    () => openStore(config.store, { maxQueued: config.maxQueued, maxUnproved: config.maxUnproved }),
    (error) => {
      const { message, isHopeless } = explainOpening(error, config.store)
      if (isHopeless && !isServing) throw new RelayError(message, { cause: error })
      tellTrouble('store cannot be opened, trying again', { store: config.store.kind, reason: message, error })
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
      // An attempt to reach a database far away may hang; a store that it opens after all is closed at once.
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
  /** A start that fails leaves nothing behind that runs. */
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
    // The first attempt decides, so that a relay that listens takes records where it can; but nobody waits long for it.
    const patience = new Promise((resolve) => setTimeout(resolve, firstOpenMs).unref())
    await Promise.race([uploading, failedOnce, patience])
    isServing = true
    // Without it Fastify throws at the first request that `routing` gets.
    if (!stopping) await server.ready()
  }

  return {
    server,
    startUploads: () => orStop(startUploads),
    start: () =>
      orStop(async () => {
        await startUploads()
        if (stopping) throw new RelayError('the relay was stopped before it listened')
        const url = await server.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
          throw describeListenError(error, config)
        })
        log.info('listening', { host: config.host, port: Number(new URL(url).port) })
        return { url }
      }),
    stop,
  }
}
