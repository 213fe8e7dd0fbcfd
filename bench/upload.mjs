// How much of CleverTap's ceiling a full queue is uploaded at: a simulator in a process of its own, one relay's uploader.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../dist/relay/config/load.js'
import { openSqliteStore } from '../dist/relay/outbox/sqlite.js'
import { createUploads } from '../dist/relay/uploads.js'

const [latencyMs, limit, seconds] = process.argv.slice(2).map(Number)
const ceiling = (limit * 100 * 1000) / latencyMs
const count = Math.round((ceiling * seconds) / 100) * 100
const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pushferry-bench-'))
const simulator = spawn(process.execPath, [
  cli,
  'simulate',
  '--port',
  '0',
  '--latency',
  `${latencyMs}`,
  '--limit',
  `${limit}`,
  '--json',
])
const [first] = await once(createInterface(simulator.stdout), 'line')
simulator.stdout.resume()
const { url, accountId } = JSON.parse(first)
const config = loadConfig({
  CLEVERTAP_ACCOUNT_ID: accountId,
  CLEVERTAP_PASSCODE: 'sim-passcode',
  CLEVERTAP_URL: url,
  PUSHFERRY_API_KEYS: 'bench:an-api-key-for-the-benchmark',
  PUSHFERRY_UPLOAD_CONCURRENCY: `${limit}`,
})
const store = await openSqliteStore(join(folder, 'outbox.db'))
for (let from = 0; from < count; from += 1000) {
  const entries = Array.from({ length: Math.min(1000, count - from) }, (_, n) => ({
    account: accountId,
    objectId: `__bench${from + n}`,
    token: { type: 'fcm', id: `${from + n}:${'x'.repeat(150)}` },
    lane: 'live',
    sender: 'trusted',
    replaceLive: true,
    warnings: [],
  }))
  await store.put(entries)
}
let accepted = 0
let throttled = 0
let begun = 0
const uploads = await new Promise((resolve) => {
  const running = createUploads(config, store, {
    onRequest: ({ outcomes, verdict }) => {
      accepted += outcomes.accepted
      if (verdict === 'throttled') throttled++
      if (accepted >= count) resolve(running)
    },
  })
  begun = performance.now()
  void running.start()
})
const perSecond = count / ((performance.now() - begun) / 1000)
await uploads.stop()
await store.close()
simulator.kill('SIGINT')
await once(simulator, 'exit')
rmSync(folder, { recursive: true, force: true })
console.log(
  JSON.stringify({
    records: count,
    perSecond: Math.round(perSecond),
    share: Number((perSecond / ceiling).toFixed(3)),
    throttled,
  }),
)
