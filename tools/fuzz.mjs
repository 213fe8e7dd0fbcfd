#!/usr/bin/env node
// npm run test:fuzz: sends hostile requests to every route of a built relay. The relay must not answer 5xx, must not end, must not
// grow in memory, and must send CleverTap no record that a strict CleverTap refuses.
//
// REQUESTS (100000) is the number of requests, SEED (random, and printed) repeats a run, CLIENTS (16) is the number of parallel
// requests. One in five is bytes on a bare connection instead of a request. Two in five are steps of visits: browsers that
// register, replace and withdraw validly, so that each answer is known in advance. Needs `npm run build`; loopback only.
//
// Exit code 1 on a 5xx, a crash, a refusal without its code, or an invalid record upstream. The simulator's 534 does not count: for a
// platform prefix that does not fit the type the relay only warns.
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { createRequests } from './fuzz/requests.mjs'
import { createSend } from './fuzz/send.mjs'
import { startRelay } from './fuzz/start-relay.mjs'
import { createStreams } from './fuzz/streams.mjs'
import { origins } from './fuzz/values.mjs'
import { createVisitor, visits } from './fuzz/visits.mjs'

const { startSimulator } = await import('../dist/simulator/index.js')

const wholeNumber = (name, byDefault) => {
  const value = Number(process.env[name] ?? byDefault)
  if (Number.isSafeInteger(value) && value > 0) return value
  console.error(`${name} must be a whole number from 1 up`)
  process.exit(2)
}
const total = wholeNumber('REQUESTS', 100_000)
const clients = wholeNumber('CLIENTS', 16)
const seed = wholeNumber('SEED', 1 + Math.floor(Math.random() * 1e9))

const invalid = {}
const note = (counts, name) => {
  counts[name] = (counts[name] ?? 0) + 1
}
const startCleverTap = (accountId) =>
  startSimulator({
    accountId,
    rotation: 'replace',
    keepRecords: false,
    onCall: ({ codes, status }) => {
      for (const code of Object.keys(codes)) if (code !== '534') note(invalid, code)
      if (status !== null && status !== 200 && status !== 429) note(invalid, `whole request ${status}`)
    },
  })
const clevertaps = { open: await startCleverTap('OPEN'), ticketed: await startCleverTap('TICKETED') }
const keys = { api: randomBytes(12).toString('hex'), admin: randomBytes(12).toString('hex') }
const relay = await startRelay(clevertaps, keys)
const send = createSend(relay.url, keys, clients)

const ask = async (path) => {
  const answer = await fetch(`${relay.url}${path}`, { headers: { authorization: `Bearer ${keys.admin}` } })
  return path.endsWith('json') ? answer.json() : answer.text()
}
const { paths } = await ask('/openapi.json')
const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
)
const memory = async () => {
  const text = await ask('/metrics')
  const read = (name) => Math.round(Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]) / 2 ** 20)
  return `${read('pushferry_process_resident_memory_bytes')} MB resident, ${read('pushferry_process_heap_used_bytes')} MB heap`
}

const requests = createRequests(routes)
const visit = createVisitor(send.post)
const streams = createStreams(keys.api, origins.open)
const statuses = {}
const byRoute = {}
const faults = {}
let sent = 0
let silent = 0

const complain = (fault, shown) => {
  note(faults, fault)
  if (Object.values(faults).reduce((sum, count) => sum + count, 0) > 10) return
  console.log(`! ${fault} from ${JSON.stringify(shown).slice(0, 1500)}`)
}

const steps = {}
const oneVisit = async (made) => {
  const outcomes = await visit(made).catch((error) => [{ name: 'visit', status: 0, fault: `visit: ${error.message}` }])
  for (const { name, status, fault } of outcomes) {
    sent++
    note(statuses, status)
    steps[name] ??= {}
    note(steps[name], status)
    if (fault !== undefined) complain(fault, made)
  }
}

const one = async (kind, made) => {
  if (kind === 'visit') return oneVisit(made)
  const { statuses: got, fault } = kind === 'bare' ? await send.bare(made) : await send.framed(made)
  sent++
  if (kind === 'framed') {
    const route = `${made.route.method} ${made.route.path}`
    byRoute[route] ??= {}
    note(byRoute[route], got[0] ?? 'none')
  }
  if (got.length === 0) silent++
  for (const status of got) note(statuses, status)
  const isBroken = got.some((status) => status >= 500 && status !== 503)
  if (fault === undefined && !isBroken) return
  const shown = kind === 'bare' ? { bytes: Buffer.from(made).toString('latin1') } : { ...made, trick: `${made.trick}` }
  complain(fault ?? `status ${got.find((status) => status >= 500)}`, shown)
}

const pieceSize = 500
let piece = 0
/** Sends `count` requests, several at a time. Generates them in parts, each from its own seed, to save memory. */
const run = async (count) => {
  for (let left = count; left > 0; left -= pieceSize) {
    const size = Math.min(pieceSize, left)
    const bareCount = Math.floor(size / 5)
    // About five steps each.
    const visitCount = Math.floor(size / 12)
    const work = [
      ...fc
        .sample(requests, { numRuns: Math.max(1, size - bareCount - visitCount * 5), seed: seed + piece })
        .map((made) => ['framed', made]),
      ...fc.sample(visits, { numRuns: Math.max(1, visitCount), seed: seed + piece }).map((made) => ['visit', made]),
      ...fc.sample(streams, { numRuns: bareCount, seed: seed + piece }).map((made) => ['bare', made]),
    ]
    piece++
    let next = 0
    const client = async () => {
      // A few bare connections wait for their timeout. They are spread among the others, so that they delay none.
      for (let at = next++; at < work.length && relay.exit === undefined; at = next++)
        await one(...work[(at * 7919) % work.length])
    }
    await Promise.all(Array.from({ length: clients }, client))
    if (relay.exit !== undefined) return
  }
}

console.log(`fuzz: ${total} requests to ${routes.length} routes, SEED=${seed}`)
const startedAt = Date.now()
// The first 4 % of the requests warm up. After them memory must not grow.
for (const percent of [4, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]) {
  await run(Math.round((total * percent) / 100) - sent)
  if (relay.exit !== undefined) break
  console.log(`  ${String(percent).padStart(3)} %: ${sent} sent, ${await memory()}`)
}

// CleverTap must judge the queued records too.
const queued = async () => (await ask('/metrics')).matchAll(/^pushferry_(?:queue|uploading)_records\{.*\} (\d+)$/gm)
const giveUpAt = Date.now() + 60_000
let waiting = 0
while (relay.exit === undefined && Date.now() < giveUpAt) {
  waiting = [...(await queued())].reduce((sum, [, count]) => sum + Number(count), 0)
  if (waiting === 0) break
  await new Promise((resolve) => setTimeout(resolve, 500))
}
const crashed = relay.exit !== undefined
relay.child.kill('SIGTERM')
await relay.exited
await send.close()
const { open, ticketed } = clevertaps
const uploaded = open.counts.accepted + ticketed.counts.accepted
await Promise.all([open.stop(), ticketed.stop()])

const fiveHundreds = Object.entries(statuses).reduce((sum, [status, count]) => sum + (status >= 500 ? count : 0), 0)
for (const [name, counts] of Object.entries(steps).sort()) console.log(`  visit, ${name} ${JSON.stringify(counts)}`)
for (const [route, counts] of Object.entries(byRoute).sort()) console.log(`  ${route} ${JSON.stringify(counts)}`)
console.log(`by status ${JSON.stringify(statuses)}, ended without an answer ${silent}`)
console.log(`log lines ${relay.lines}, of level error ${relay.errors.length}`)
for (const line of relay.errors.slice(0, 5)) console.log(`  ${line.slice(0, 500)}`)
if (crashed || relay.stderr !== '') console.log(`relay ended with ${relay.exit}: ${relay.stderr}`)
const wrong = Object.keys(faults).length + Object.keys(invalid).length
console.log(
  `sent ${sent} in ${Math.round((Date.now() - startedAt) / 1000)} s: 5xx ${fiveHundreds}, crashes ${crashed ? 1 : 0}, records at CleverTap ${uploaded}, invalid ones ${JSON.stringify(invalid)}, faults ${JSON.stringify(faults)}, left waiting ${waiting}, exit code ${relay.exit}`,
)
if (crashed || relay.exit !== 0 || relay.stderr !== '' || wrong > 0 || waiting > 0) process.exitCode = 1
