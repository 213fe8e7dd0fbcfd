// node bench/simulate-relays.mjs: simulates how N relays share one account's limit. It runs the relay's own uploader and heartbeat
// code on a clock that jumps from event to event. CleverTap and the database are fakes: each answer takes `latency`, each transaction
// 3 ms, and there is always work (in the last lines none). The result shows how well the relays share the slots and how many
// transactions they need, not how fast a database is. Needs `npm run build`.
import { createHeartbeat } from '../dist/relay/uploader/heartbeat.js'
import { createUploader } from '../dist/relay/uploader/loop.js'

const account = 'SIMULATED'
const seconds = 20
const commitMs = 3
const leaseMs = 60_000

const createClock = () => {
  let elapsed = 0
  let seed = 1
  const timers = new Set()
  return {
    now: () => elapsed,
    elapsed: () => elapsed,
    random: () => {
      seed = (seed * 48271) % 2147483647
      return seed / 2147483647
    },
    after: (waitMs, call) => {
      const timer = { at: elapsed + Math.max(0, waitMs), call }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    runUntil: async (end) => {
      for (;;) {
        let next
        for (const timer of timers) if (!next || timer.at < next.at) next = timer
        if (!next || next.at > end) return
        timers.delete(next)
        elapsed = next.at
        next.call()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}

/** A fake database with endless work, or none. Counts the calls. */
const createStore = (clock, hasWork) => {
  const asked = { lease: 0, complete: 0, takeSlots: 0, heartbeat: 0 }
  const held = new Map()
  const heartbeats = new Map()
  let next = 0
  const transact = (name, work) => {
    asked[name]++
    return new Promise((resolve) => clock.after(commitMs, () => resolve(work())))
  }
  return {
    asked,
    join: (holder) => transact('heartbeat', () => void heartbeats.set(holder, 0)),
    heartbeat: (holder) => transact('heartbeat', () => heartbeats.set(holder, heartbeats.get(holder) + 1) && true),
    holders: () =>
      transact('heartbeat', () => [...heartbeats].map(([id, heartbeat]) => ({ id, heartbeat, report: '{}' }))),
    takeOver: async () => 0,
    takeSlots: ({ holder, want, limit }) =>
      transact('takeSlots', () => {
        const others = [...held].reduce((sum, [id, slots]) => sum + (id === holder ? 0 : slots), 0)
        const granted = Math.max(0, Math.min(want, limit - others))
        held.set(holder, granted)
        return granted
      }),
    lease: ({ max }) =>
      transact('lease', () => {
        if (!hasWork) return { waitMs: null }
        const entries = Array.from({ length: max }, () => ({
          objectId: `__${++next}`,
          generation: 1,
          token: { type: 'fcm', id: `${next}` },
          priority: 'live',
          attempts: 0,
          deferrals: 0,
          failures: 0,
          receivedAt: 0,
        }))
        return { account, entries }
      }),
    complete: () => transact('complete', () => {}),
  }
}

const simulate = async ({ relays, limit, latencyMs, hasWork }) => {
  const clock = createClock()
  const store = createStore(clock, hasWork)
  let inFlight = 0
  let peak = 0
  let sent = 0
  const bySender = new Map()
  for (let number = 0; number < relays; number++) {
    const upload = (records) => {
      peak = Math.max(peak, ++inFlight)
      return new Promise((resolve) => {
        clock.after(latencyMs, () => {
          inFlight--
          sent += records.length
          bySender.set(number, (bySender.get(number) ?? 0) + records.length)
          const body = JSON.stringify({ status: 'success', processed: records.length, unprocessed: [] })
          resolve({ kind: 'answered', status: 200, body, retryAfter: undefined })
        })
      })
    }
    const uploader = createUploader({
      settings: {
        account,
        uploadConcurrency: limit,
        uploadBatch: 100,
        flushMs: 1000,
        keyPadding: 'padded',
        retryBaseMs: 1000,
        retryMaxMs: 300_000,
        deferMs: [60_000],
      },
      store,
      clock,
      holder: { id: () => holder.id() },
      upload,
    })
    const wake = () => uploader.wake(0)
    const holder = createHeartbeat({ store, clock, leaseMs, report: () => '{}', onLost: wake, onFreed: wake })
    // The relays start one after the other, as in a deployment.
    clock.after(number * 50, () => holder.start().then(wake))
  }
  const from = relays * 50 + 1000
  await clock.runUntil(from)
  const before = { sent, ...store.asked }
  await clock.runUntil(from + seconds * 1000)
  const perSecond = (name) => Math.round((store.asked[name] - before[name]) / seconds)
  return {
    share: (sent - before.sent) / seconds / ((limit * 100 * 1000) / latencyMs),
    peak,
    senders: bySender.size,
    asked: ['lease', 'complete', 'takeSlots', 'heartbeat'].map((name) => `${name} ${perSecond(name)}`).join(', '),
  }
}

const cases = [
  [1, 3, 50],
  [3, 3, 50],
  [10, 3, 50],
  [100, 3, 50],
  [3, 3, 200],
  [3, 15, 50],
  [10, 15, 50],
  [100, 15, 50],
  [10, 15, 200],
]
console.log(`N relays on one account, ${seconds} s each, a transaction takes ${commitMs} ms`)
for (const [relays, limit, latencyMs] of cases) {
  const { share, peak, senders, asked } = await simulate({ relays, limit, latencyMs, hasWork: true })
  console.log(
    `  ${String(relays).padStart(3)} relays, ${limit} slots, ${latencyMs} ms: ${share.toFixed(2)} of the ceiling, in flight at most ${peak}, ${senders} of them sent; the database is asked a second: ${asked}`,
  )
}
for (const relays of [3, 10, 100]) {
  const { asked } = await simulate({ relays, limit: 3, latencyMs: 50, hasWork: false })
  console.log(`  ${String(relays).padStart(3)} relays without work: ${asked}`)
}
