// Status pages with a made-up day, rendered by the relay's own snapshots, page and routes. A real relay shows a full day only after
// one day.
import { loadConfig } from '../../dist/relay/config/load.js'
import { createAdminGuard } from '../../dist/relay/http/admin-guard.js'
import { createRefuse } from '../../dist/relay/http/refuse.js'
import { createServer } from '../../dist/relay/http/server.js'
import { silentLog } from '../../dist/relay/operations/log.js'
import { createRefusalLog } from '../../dist/relay/operations/refusal-log.js'
import { addStatus } from '../../dist/relay/operations/status/routes.js'
import { createSnapshots } from '../../dist/relay/operations/status/snapshots.js'
import { healthy } from '../../dist/relay/uploader/health.js'
import { packageVersion } from '../../dist/relay/version.js'

const account = 'TEST-W7R-Z4X-9K6Z'
const holder = 'made-up'
/** The password of the pages, with any user name. */
export const adminKey = 'admin-key'
const minute = 60_000
const day = 24 * 60 * minute

/** A random number that is the same at every run (mulberry32), so that a picture changes only when the page does. */
const createRandom = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
}

/**
 * The scenes: the state at `ago` (ms before now), and the records that CleverTap has refused.
 *
 * - `failing`: for how long uploads have been failing, and the state and reason to show.
 * - `rejected`: objectId, type, code, CleverTap's text, how long ago.
 */
const scenes = {
  healthy: { events: { replaced: 214, withdrawn: 58 } },
  rejecting: {
    events: { replaced: 198, withdrawn: 44, deferred: 4 },
    rejected: [
      ...Array.from({ length: 9 }, (_, n) => [
        `__web-${n}`,
        'fcm',
        534,
        'Token type does not match the platform of objectId',
        (3 + n * 4) * minute,
      ]),
      ...Array.from({ length: 3 }, (_, n) => [`-ios-${n}`, 'apns', 530, 'Invalid objectId', (11 + n * 9) * minute]),
    ],
  },
  outage: {
    events: { replaced: 214, withdrawn: 58 },
    failing: { forMs: 14 * minute, mode: 'failing', reason: 'HTTP 503', nextTryMs: 96_000 },
  },
  refused: {
    events: { replaced: 190 },
    failing: { forMs: 6 * minute, mode: 'suspended', reason: 'HTTP 401', nextTryMs: 41_000 },
  },
  empty: { idle: true },
}

/** New records in a minute: few by night, many by day, with some noise. */
const arrivalsAt = (at, random) => {
  const hour = ((at / 3_600_000) % 24) + 24
  const daylight = 0.5 + 0.5 * Math.sin(((hour - 9) / 24) * 2 * Math.PI)
  return Math.round((18 + 90 * daylight) * (0.75 + random() / 2))
}

/** A row that CleverTap has refused. */
const reject = async (store, [objectId, type, code, message]) => {
  const token = { id: `token-of-${objectId}`, type }
  await store.put([{ account, objectId, token, priority: 'live', sender: 'trusted', replaceLive: true, warnings: [] }])
  const { entries } = await store.lease({ account, holder, max: 1, flushMs: 0 })
  await store.complete(
    holder,
    entries.map(({ generation }) => ({
      account,
      objectId,
      generation,
      outcome: { kind: 'rejected', error: { code, message } },
    })),
  )
}

/** Simulates the day before now, and then follows the real time. */
const live = async ({ idle = false, events = {}, rejected = [], failing }, { store, snapshots, setNow, state }) => {
  const end = Date.now()
  const random = createRandom(7)
  const due = [...rejected].sort((a, b) => b[4] - a[4])
  await store.join(holder, '{}')
  let at = end - day + 10 * minute
  setNow(at)
  for (const [event, by] of Object.entries(events)) await store.count(account, event, by)
  if (events.replaced) await store.count(account, 'accepted', events.replaced)
  while (!idle && at < end) {
    // The last hour in steps of five seconds, as a relay samples it; the time before in larger steps.
    const stepMs = end - at > 66 * minute ? 10 * minute : 5_000
    setNow(at)
    const isDown = failing !== undefined && end - at <= failing.forMs
    const came = Math.round((arrivalsAt(at, random) * stepMs) / minute + random() - 0.5)
    if (came > 0) await store.count(account, 'queued', came)
    if (isDown) {
      if (state.upload === 'ok') {
        Object.assign(state, { upload: failing.mode, reason: failing.reason, inFlight: 0 })
        const health = { ...healthy(3), mode: failing.mode, reason: failing.reason }
        snapshots.onHealth(account, { ...health, until: performance.now() + end - at + failing.nextTryMs }, healthy(3))
      }
      state.waiting += came
    } else {
      if (came > 0) await store.count(account, 'accepted', came)
      state.waiting = Math.round(random() * 6)
      for (let n = 0; n < 15; n++)
        snapshots.onRequest({ account, verdict: 'judged', tookMs: 70 + 50 * random() + (random() > 0.97 ? 260 : 0) })
    }
    while (due[0] && end - at <= due[0][4]) await reject(store, due.shift())
    await snapshots.current()
    at += stepMs
  }
  setNow(undefined)
  state.oldestReceivedAt = failing ? end - failing.forMs : state.waiting > 0 ? end - 600 : null
}

/**
 * Serves the status page of a scene on a free port.
 *
 * @param {keyof typeof scenes} name
 * @param {(options: {now(): number}) => object} createStore makes an empty store.
 * @returns {Promise<{url: string, stop(): Promise<void>}>}
 */
export const startStatusScene = async (name, createStore) => {
  // As if the relay had been running for the whole day.
  let fixed = scenes[name].idle ? undefined : Date.now() - day
  const now = () => fixed ?? Date.now()
  const state = { upload: 'ok', reason: null, inFlight: 0, limit: 3, waiting: 0, oldestReceivedAt: null }
  const rows = createStore({ now })
  /** Only the number of queued rows is made up, not the rows. */
  const counts = async () => {
    const counted = await rows.counts(account)
    const queued = { ...counted.queued, live: counted.queued.live + state.waiting }
    return { ...counted, queued, accepted: counted.events.accepted, oldestReceivedAt: state.oldestReceivedAt }
  }
  const store = { ...rows, counts }
  const config = {
    accounts: [{ id: account, uploadConcurrency: 3, keyIdleMs: 30 * day }],
    store: { kind: 'sqlite' },
    maxQueued: 1_000_000,
    maxUnproved: 100_000,
  }
  const uploads = { state: () => ({ ...state }), holder: () => holder }
  const snapshots = createSnapshots({ config, store, uploads, version: packageVersion(), now })
  await live(scenes[name], { store, snapshots, state, setNow: (at) => (fixed = at) })
  if (state.upload === 'ok' && !scenes[name].idle) state.inFlight = 1

  const refuse = createRefuse(createRefusalLog(silentLog))
  const status = {
    snapshots,
    store,
    accounts: [account],
    guard: createAdminGuard(adminKey, refuse),
    refuse,
    log: silentLog,
  }
  const server = createServer({
    config: loadConfig({ CLEVERTAP_ACCOUNT_ID: account, CLEVERTAP_PASSCODE: 'none', CLEVERTAP_REGION: 'eu1' }),
    store,
    log: silentLog,
    version: packageVersion(),
    routes: [(app) => addStatus(app, status)],
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url, stop: () => server.close() }
}
