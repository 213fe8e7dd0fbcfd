#!/usr/bin/env node
// npm run test:power: records that a relay on SQLite has acknowledged survive a power cut at any moment.
//
// A relay runs under load for SECONDS (8) while power/record.c records its writes, syncs and answers (by LD_PRELOAD; needs Linux
// and `cc`). Then the test builds images of the disk at POINTS (200) moments, half of them right after an answer. An image has
// all synced writes, and none, all, some, or single sectors of the others, in turns. The store opens each image, and the test
// compares it with the answers so far: every token is stored, every erased profile is absent, the counts agree with the rows.
// Exits with 1 for a broken promise. SEED (random, and printed) repeats a run. POWER_IGNORE_SYNC=1 ignores the syncs of the log,
// like `synchronous=NORMAL`; the test must fail then. Needs `npm run build`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startSimulator } from '../dist/simulator/index.js'
import { createRandom } from './kill/random.mjs'
import { closeCalls, startRelay } from './kill/relay-process.mjs'
import { findFaults } from './power/check.mjs'
import { createDisk, fates } from './power/disk.mjs'
import { allowedStates, createLoad } from './power/promises.mjs'
import { buildRecorder, readTrace } from './power/recorder.mjs'
import { wholeNumber } from './whole-number.mjs'

const seconds = wholeNumber('SECONDS', 8)
const points = wholeNumber('POINTS', 200)
const seed = wholeNumber('SEED', 1 + Math.floor(Math.random() * 1e9))
const clients = 12

const folder = mkdtempSync(join(tmpdir(), 'pushferry-power-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const random = createRandom(seed)

/** Runs a relay under load, recorded, and kills it. */
const record = async () => {
  const disk = join(folder, 'disk')
  const trace = join(folder, 'trace')
  mkdirSync(disk)
  const clevertap = await startSimulator({ latencyMs: 5, rotation: 'replace', keepRecords: false, limit: 3 })
  const relay = await startRelay(clevertap, `sqlite:${join(disk, 'outbox.db')}`, 3, {
    LD_PRELOAD: buildRecorder(folder),
    POWER_FOLDER: `${disk}/`,
    POWER_TRACE: trace,
    ...(process.env.POWER_IGNORE_SYNC && { POWER_IGNORE_SYNC: '1' }),
  })
  const load = createLoad(random, relay)
  let isOver = false
  const done = Promise.all(Array.from({ length: clients }, () => load.client(() => isOver)))
  await pause(seconds * 1000)
  relay.kill('SIGKILL')
  await relay.exited
  isOver = true
  await done
  await clevertap.stop()
  await closeCalls()
  return { calls: load.calls, account: clevertap.accountId, events: readTrace(trace) }
}

console.log(`power cuts: ${points} points in ${seconds} s of load, SEED=${seed}`)
const { calls, account, events } = await record()
const idOf = ({ type, bytes }) =>
  type === 'A' ? /x-request-id: (power-\d+)/i.exec(bytes.toString('latin1'))?.[1] : undefined
const answers = events.flatMap((event, at) => (idOf(event) ? [at] : []))
console.log(`  ${events.length} events, of which ${answers.length} answers to ${calls.length} calls`)
if (answers.length === 0) throw new Error('no answer was recorded')

/** Number of events before the power fails. */
const cuts = Array.from({ length: points }, (_, number) =>
  number % 8 < 4 ? 1 + answers[Math.floor(random() * answers.length)] : 1 + Math.floor(random() * events.length),
)
  .map((after, number) => ({ after, fate: Object.keys(fates)[number % 4] }))
  .sort((a, b) => a.after - b.after)

const acknowledged = new Set()
const disk = createDisk()
const wrong = []
let held = 0
let at = 0
for (const [number, { after, fate }] of cuts.entries()) {
  for (; at < after; at++) {
    disk.follow(events[at])
    const id = idOf(events[at])
    if (id) acknowledged.add(id)
  }
  const image = join(folder, `image-${number}`)
  mkdirSync(image)
  for (const { path, bytes } of disk.image(fates[fate](random)))
    if (!path.endsWith('-shm')) writeFileSync(join(image, basename(path)), bytes)
  const allowed = allowedStates(calls, acknowledged)
  held += allowed.size
  const faults = await findFaults(join(image, 'outbox.db'), account, allowed)
  if (faults.length > 0) wrong.push({ after, fate, faults })
  rmSync(image, { recursive: true })
  if ((number + 1) % 50 === 0) console.log(`  ${number + 1} images, ${wrong.length} wrong`)
}

console.log(`images ${points}, promises checked ${held}, wrong images ${wrong.length}`)
for (const { after, fate, faults } of wrong.slice(0, 5))
  console.log(
    `  after event ${after}, ${fate} of the writes that were not synced: ${faults.length} faults, the first: ${faults[0]}`,
  )
if (wrong.length > 0) process.exitCode = 1
