import { meaningOf } from '../../clevertap/code-meanings.ts'
import { fingerprint } from '../../keys/fingerprint.ts'
import type { Counts, Holder, RejectedRow } from '../../store/port.ts'
import type { UploadState } from '../../uploader/uploads.ts'
import { browsersOf } from '../browsers.ts'
import { explainHealth } from './health-cause.ts'
import type { HealthLog } from './health-log.ts'
import type { History } from './history.ts'
import type { LatencyLog } from './latency-log.ts'
import { othersOf } from './other-processes.ts'
import { type Samples, waitingIn } from './samples.ts'
import { dayMs, eachStep, stepsOf } from './steps.ts'
import { judge } from './verdict.ts'
import type {
  AccountStatus,
  Happened,
  Range,
  Rejection,
  Series,
  StatusSnapshot,
  UploadHealth,
} from './view/snapshot.ts'

/** One process's own knowledge about an account, in addition to the store's. */
export interface AccountMemory {
  history: History
  samples: Samples
  latency: LatencyLog
}

/** The store's numbers of one account. */
export interface StoreSays {
  counts: Counts
  holders: readonly Holder[]
  rejected: readonly RejectedRow[]
}

export interface AccountFacts {
  account: string
  now: number
  store: StatusSnapshot['store']
  says: StoreSays
  memory: AccountMemory
  health: HealthLog
  /** Limits of queued records. */
  limits: { live: number; unproved: number }
  keyIdleMs: number
  uploads: { state: UploadState; concurrency: number; holder: string | undefined }
}

const seriesOf = (range: Range, { memory, now }: AccountFacts): Series => {
  const { history, samples, latency } = memory
  const steps = stepsOf(range, now)
  const happened: readonly (Happened | null)[] = range === 'live' ? samples.happened(now) : history.happened(steps)
  const quantiles = (share: number) => eachStep(steps, (at) => latency.quantile(at, steps.stepMs, share))
  return {
    startsAt: steps.startsAt,
    stepMs: steps.stepMs,
    queued: happened.map((one) => one?.queued ?? null),
    accepted: happened.map((one) => one?.accepted ?? null),
    rejected: happened.map((one) => one?.rejected ?? null),
    waiting: samples.waiting(steps),
    latencyP50Ms: quantiles(0.5),
    latencyP95Ms: quantiles(0.95),
  }
}

const healthOf = ({ account, now, health, uploads: { state } }: AccountFacts): UploadHealth => {
  const explained = explainHealth(state.upload, state.reason)
  return {
    state: state.upload,
    since: health.since(account),
    nextTryAt: state.upload === 'ok' ? null : health.nextTryAt(account, now),
    cause: explained?.cause ?? null,
    remedy: explained?.remedy ?? null,
  }
}

const rejectionOf = ({ objectId, type, settledAt, receivedAt, error }: RejectedRow): Rejection => ({
  at: settledAt ?? receivedAt,
  profile: fingerprint(objectId),
  type,
  code: error.code,
  meaning: meaningOf(error.code).meaning,
  text: error.message,
})

/** A shorter queue needs no estimate: one or two requests send it. */
const leastForEta = 200
/** Length of the period from which the rate is estimated, in steps of the live view. */
const rateSteps = 24

const etaOf = (waiting: number, { memory, now }: AccountFacts): number | null => {
  const known = memory.samples
    .happened(now)
    .slice(-rateSteps)
    .filter((one) => one !== null)
  const settled = known.reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0)
  if (waiting < leastForEta || settled === 0) return null
  return Math.round((waiting / settled) * known.length * stepsOf('live', now).stepMs)
}

/** Makes the status of one account. Pure. */
export const describeAccount = (facts: AccountFacts): AccountStatus => {
  const { account, now, store, says, memory, health, uploads } = facts
  const { queued, uploading, accepted, rejected, withdrawn, oldestReceivedAt, rejectedByCode } = says.counts
  const { history, samples, latency } = memory
  const waiting = waitingIn(says.counts)
  const etaMs = etaOf(waiting, facts)
  const upload = healthOf(facts)
  const settled = { accepted, rejected, withdrawn }
  const hourAgo = now - 60 * 60_000
  const hour = history.sum(hourAgo)
  const lastDay = (event: Parameters<History['since']>[1]): number => history.since(now - dayMs, event)
  const others = othersOf(says.holders, uploads.holder, account)
  return {
    account,
    verdict: judge({
      now,
      store,
      upload,
      waiting,
      imported: queued.import,
      deferred: lastDay('deferred'),
      oldestReceivedAt,
      etaMs,
      throttled: uploads.state.limit < uploads.concurrency,
      hour,
      settled,
      discarded: history.since(hourAgo, 'discarded'),
      missing: lastDay('missing'),
    }),
    upload,
    queue: { ...queued, uploading, oldestReceivedAt, etaMs },
    capacity: {
      live: { waiting: queued.live, limit: facts.limits.live },
      unproved: { waiting: queued.unproved, limit: facts.limits.unproved, evicted: lastDay('evicted') },
    },
    browsers: {
      ...browsersOf(says.counts.confirmedOn, { now, keyIdleMs: facts.keyIdleMs }),
      refused: lastDay('refused'),
      takeovers: lastDay('takeover'),
    },
    settled,
    last: { minute: samples.lastMinute(now), hour, day: history.sum(now - dayMs) },
    series: { live: seriesOf('live', facts), hour: seriesOf('hour', facts), day: seriesOf('day', facts) },
    latency: latency.lately(now),
    slots: {
      inFlight: others.reduce((sum, { inFlight }) => sum + inFlight, uploads.state.inFlight),
      limit: uploads.state.limit,
      concurrency: uploads.concurrency,
    },
    rejected: {
      codes: Object.entries(rejectedByCode).map(([code, records]) => ({
        code: Number(code),
        records,
        ...meaningOf(Number(code)),
      })),
      latest: says.rejected.map(rejectionOf),
    },
    events: {
      replaced: lastDay('replaced'),
      withdrawn: lastDay('withdrawn'),
      deferred: lastDay('deferred'),
      expired: lastDay('expired'),
      discarded: lastDay('discarded'),
      confirmed: lastDay('confirmed'),
      missing: lastDay('missing'),
    },
    changes: health.changes(account),
    others,
  }
}
