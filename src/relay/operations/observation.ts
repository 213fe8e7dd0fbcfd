import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/types.ts'
import { createAdminGuard } from '../http/admin-guard.ts'
import type { IntakeEvent } from '../http/parts.ts'
import { createRefuse } from '../http/refuse.ts'
import type { Store } from '../store/port.ts'
import type { UploadEvents, Uploads } from '../uploader/uploads.ts'
import { createIntakeLog } from './intake-log.ts'
import type { Log } from './log.ts'
import { createMetrics } from './metrics/metrics.ts'
import { addMetrics } from './metrics/routes.ts'
import { createRefusalLog } from './refusal-log.ts'
import { addStatus } from './status/routes.ts'
import { createSnapshots } from './status/snapshots.ts'
import { uploadEvents } from './upload-log.ts'

/** The observability of a relay: the log of intake and uploads, the metrics, and the status page. */
export interface Observation {
  /** The store with its failures counted. All other parts use this one. */
  store: Store
  events: UploadEvents
  onIntake: (event: IntakeEvent) => void
  routes: readonly ((app: FastifyInstance) => void)[]
  /** Counts the answers of a server. Call it before the server is ready. */
  countAnswers(server: FastifyInstance): void
  start(): void
  stop(): void
}

export interface ObservationParts {
  config: Pick<Config, 'accounts' | 'adminKey' | 'maxQueued' | 'maxUnproved' | 'store'>
  store: Store
  log: Log
  /** Called when the status page or the metrics are read. */
  uploads: Pick<Uploads, 'state' | 'holder'>
  version: string
  /** Number of log lines dropped since the start. Default: 0. */
  droppedLines?: () => number
}

/** Makes a relay's observability. Nothing runs before `start`. */
export const createObservation = ({
  config,
  store,
  log,
  uploads,
  version,
  droppedLines = () => 0,
}: ObservationParts): Observation => {
  const { accounts, adminKey, maxQueued, maxUnproved } = config
  const metrics = createMetrics({ maxQueued, maxUnproved, accounts, store, uploads, version, droppedLines })
  const snapshots = createSnapshots({ config, store, uploads, version })
  const logged = uploadEvents(log)
  const intakeLog = createIntakeLog(log)
  const refusals = createRefusalLog(log)
  const refuse = createRefuse(refusals)
  const guard = createAdminGuard(adminKey, refuse)
  return {
    store: metrics.observe(store),
    events: {
      onRequest: (report) => {
        logged.onRequest(report)
        metrics.onRequest(report)
        snapshots.onRequest(report)
      },
      onHealth: (account, health, before) => {
        logged.onHealth(account, health, before)
        snapshots.onHealth(account, health, before)
      },
      onTrouble: logged.onTrouble,
      onTakeover: () => {
        logged.onTakeover()
        metrics.onTakeover()
      },
    },
    onIntake: (event) => {
      intakeLog.onIntake(event)
      metrics.onIntake(event)
    },
    routes: [
      (app) => addMetrics(app, { metrics, guard }),
      (app) => addStatus(app, { snapshots, store, accounts: accounts.map(({ id }) => id), guard, refuse, log }),
    ],
    countAnswers: metrics.addTo,
    start: snapshots.start,
    stop: () => {
      intakeLog.stop()
      refusals.stop()
      snapshots.stop()
    },
  }
}
