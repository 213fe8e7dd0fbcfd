#!/usr/bin/env node
// npm run test:kill: rounds of load, kill -9 at a random moment, restart; then every acknowledged token must have arrived.
//
// Outside the relay an oracle writes down what it was told: each objectId whose token was answered `processed`, and the
// newest token that was. At the end each of them must be at the simulated CleverTap, with that token, and no row may be
// left queued or uploading. ROUNDS (20) says how often, SEED (random, and printed) makes a run again, RELAYS (1) how many
// relays share the file, of which one is killed in each round. Needs `npm run build`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'

const root = fileURLToPath(new URL('..', import.meta.url))
const main = join(root, 'dist/cli/main.js')
accessSync(main)
const { startSimulator } = await import('../dist/relay/simulate/index.js')

const wholeNumber = (name, byDefault) => {
  const value = Number(process.env[name] ?? byDefault)
  if (Number.isSafeInteger(value) && value > 0) return value
  console.error(`${name} must be a whole number from 1 up`)
  process.exit(2)
}
const rounds = wholeNumber('ROUNDS', 20)
const relays = wholeNumber('RELAYS', 1)
const seed = wholeNumber('SEED', 1 + Math.floor(Math.random() * 1e9))

// Mulberry32: the same moments and the same tokens for the same seed, as far as two processes can be the same twice.
let state = seed
const random = () => {
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), state | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

const apiKey = 'key-of-the-kill-test-1234567890'
const clients = 6
const perCall = 10
/** A part of the load names somebody again, with another token or the same. */
const againShare = 0.3
const people = []

/** objectId → the newest token that was acknowledged, and those that were sent later without an answer. */
const oracle = new Map()
let nextPerson = 0
let nextToken = 0
let acknowledged = 0
let unanswered = 0

const folder = mkdtempSync(join(tmpdir(), 'pushferry-kill-'))
const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

// Takes a newer token for a profile, as an SDK would: what counts here is that the newest one arrives.
const clevertap = await startSimulator({ latencyMs: 15, rotation: 'replace', keepRecords: false })
const agent = new Agent({ connections: 64, keepAliveTimeout: 1000 })

const startRelay = async () => {
  const child = spawn(process.execPath, [main, 'relay'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      CLEVERTAP_URL: clevertap.url,
      CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
      CLEVERTAP_PASSCODE: clevertap.passcode,
      PUSHFERRY_API_KEYS: apiKey,
      PUSHFERRY_STORE: `sqlite:${join(folder, 'outbox.db')}`,
      PUSHFERRY_PORT: '0',
      PUSHFERRY_FLUSH_MS: '10',
      PUSHFERRY_LEASE_MS: '300',
      PUSHFERRY_RETRY_BASE_MS: '20',
      PUSHFERRY_RETRY_MAX_MS: '500',
    },
  })
  running.add(child)
  const exited = once(child, 'exit').then(() => running.delete(child))
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise((resolve, reject) => {
    exited.then(() => reject(new Error('the relay ended before it listened')))
    lines.on('line', (line) => {
      const { event, port } = JSON.parse(line)
      if (event === 'listening') resolve(`http://127.0.0.1:${port}`)
    })
  })
  return { child, exited, url }
}

const call = async (relay, method, path, body) => {
  const headers = { authorization: `Bearer ${apiKey}`, ...(body && { 'content-type': 'application/json' }) }
  const answer = await request(`${relay.url}${path}`, { method, dispatcher: agent, headers, ...(body && { body }) })
  const text = await answer.body.text()
  return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) }
}

/** One call of a few records; nobody is in two calls at a time, so that "newest" has a meaning. */
const busy = new Set()
const postSome = async (relay) => {
  const d = []
  for (let at = 0; at < perCall; at++) {
    const known = people[Math.floor(random() * people.length)]
    const isAgain = known !== undefined && random() < againShare && !busy.has(known)
    const objectId = isAgain ? known : `__k${nextPerson++}`
    if (!isAgain) people.push(objectId)
    busy.add(objectId)
    const last = oracle.get(objectId)
    const isSame = isAgain && last?.token !== undefined && last.maybe.length === 0 && random() < 0.3
    const id = isSame ? last.token : `token-${nextToken++}-${'x'.repeat(Math.floor(random() * 150))}`
    d.push({ type: 'token', tokenData: { id, type: 'fcm' }, objectId })
  }
  try {
    const { status, body } = await call(relay, 'POST', '/1/upload', JSON.stringify({ d }))
    if (status !== 200) return
    if (body.processed !== d.length) throw new Error(`an answer that nobody asked for: ${JSON.stringify(body)}`)
    acknowledged += d.length
    for (const { objectId, tokenData } of d) oracle.set(objectId, { token: tokenData.id, maybe: [] })
  } catch (error) {
    if (error.code === undefined) throw error
    // No answer: it may be on disk or not, and either is right.
    unanswered += d.length
    for (const { objectId, tokenData } of d) {
      const entry = oracle.get(objectId) ?? { token: undefined, maybe: [] }
      oracle.set(objectId, { ...entry, maybe: [...entry.maybe, tokenData.id] })
    }
  } finally {
    for (const { objectId } of d) busy.delete(objectId)
  }
}

/** What is wrong with one person's token at CleverTap; undefined when nothing is. */
const faultOf = ([objectId, { token, maybe }]) => {
  const held = clevertap.profiles.get(objectId)?.token.id
  if (token === undefined) return undefined
  if (held === token || maybe.includes(held)) return undefined
  return held === undefined ? 'missing' : 'stale'
}

console.log(`kill -9: ${rounds} rounds, ${relays === 1 ? '1 relay' : `${relays} relays on one file`}, SEED=${seed}`)
let alive = await Promise.all(Array.from({ length: relays }, startRelay))
let kills = 0
for (let round = 1; round <= rounds; round++) {
  const victim = alive[Math.floor(random() * alive.length)]
  let isOver = false
  const load = Array.from({ length: clients }, async (_, number) => {
    while (!isOver) {
      const relay = alive[number % alive.length]
      if (relay === victim && !running.has(relay.child)) return
      await postSome(relay)
    }
  })
  // Faults of the other side, so that kills also fall into retries, halving and bisecting.
  const faults = [
    { kind: 'status', status: 503 },
    { kind: 'status', status: 429 },
    { kind: 'status', status: 400 },
    { kind: 'reset', at: 'body' },
    { kind: 'truncated' },
    { kind: 'no-items' },
    { kind: 'latency', ms: 300 },
  ]
  if (random() < 0.5) clevertap.fail({ ...faults[Math.floor(random() * faults.length)], times: 2 })
  await new Promise((resolve) => setTimeout(resolve, 50 + random() * 700))
  victim.child.kill('SIGKILL')
  kills++
  await victim.exited
  isOver = true
  await Promise.all(load)
  alive = await Promise.all(alive.map((relay) => (relay === victim ? startRelay() : relay)))
  if (round % 10 === 0 || round === rounds)
    console.log(
      `  ${round}: acknowledged ${acknowledged}, at CleverTap ${clevertap.profiles.size} of ${oracle.size} people`,
    )
}

clevertap.clearFaults()
const patienceMs = 60_000
const giveUpAt = Date.now() + patienceMs
const open = () => [...oracle].filter((one) => faultOf(one) !== undefined)
while (open().length > 0 && Date.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 200))

// What the relay says of each of them: nothing may be left queued or uploading, or rejected.
const [relay] = alive
const states = {}
const statesOnce = async () => {
  for (const name of Object.keys(states)) delete states[name]
  const names = [...oracle.keys()]
  let next = 0
  const ask = async () => {
    for (let at = next++; at < names.length; at = next++) {
      const { status, body } = await call(relay, 'GET', `/v1/tokens/${names[at]}`)
      const state = status === 404 ? 'unknown' : body.state
      states[state] = (states[state] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: 8 }, ask))
}
const stuck = () => (states.queued ?? 0) + (states.uploading ?? 0)
do await statesOnce()
while (stuck() > 0 && Date.now() < giveUpAt)

for (const one of alive) one.child.kill('SIGTERM')
await Promise.all(alive.map((one) => one.exited))
const lost = open()
await clevertap.stop()
await agent.close()

const rejected = states.rejected ?? 0
console.log(
  `kills ${kills}, unanswered ${unanswered}, uploaded again ${clevertap.counts.duplicates}, in flight at most ${clevertap.peakInFlight}`,
)
console.log(`states ${JSON.stringify(states)}`)
console.log(
  `acknowledged ${acknowledged}, people ${oracle.size}, arrived ${oracle.size - lost.length - (states.unknown ?? 0)}, lost ${lost.length}, stuck ${stuck()}`,
)
for (const [objectId, entry] of lost.slice(0, 10)) console.log(`  ${faultOf([objectId, entry])}: ${objectId}`)
if (lost.length > 0 || stuck() > 0 || rejected > 0) process.exitCode = 1
