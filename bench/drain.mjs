// node bench/drain.mjs LATENCY LIMIT SECONDS: uploads a full queue from SQLite, for SECONDS seconds, to a simulated CleverTap and
// prints, as one line of JSON, how much of the ceiling it reached.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../dist/relay/config/load.js'
import { openStore } from '../dist/relay/store/open.js'
import { createUploads } from '../dist/relay/uploader/uploads.js'
import { startSimulator } from './support/simulator.mjs'

const [latencyMs, limit, seconds] = process.argv.slice(2).map(Number)
const ceiling = (limit * 100 * 1000) / latencyMs
/** The largest queue: nine seconds at the highest rate with a budget, because compiling takes much of the first two seconds. */
const most = 270_000
const count = Math.min(most, Math.max(1, Math.round((ceiling * seconds) / 100)) * 100)
const folder = mkdtempSync(join(tmpdir(), 'pushferry-bench-'))
const { url, accountId, passcode, stop } = await startSimulator(latencyMs, limit)
try {
  const config = loadConfig({
    CLEVERTAP_ACCOUNT_ID: accountId,
    CLEVERTAP_PASSCODE: passcode,
    CLEVERTAP_URL: url,
    PUSHFERRY_API_KEYS: 'bench:an-api-key-for-the-benchmark',
    PUSHFERRY_UPLOAD_CONCURRENCY: `${limit}`,
  })
  const store = await openStore({ kind: 'sqlite', path: join(folder, 'outbox.db') }, { maxQueued: count })
  for (let from = 0; from < count; from += 1000) {
    const entries = Array.from({ length: Math.min(1000, count - from) }, (_, n) => ({
      account: accountId,
      objectId: `__bench${from + n}`,
      token: { type: 'fcm', id: `${from + n}:${'x'.repeat(150)}` },
      priority: 'live',
      sender: 'trusted',
      replaceLive: true,
      warnings: [],
    }))
    await store.put(entries)
  }
  let accepted = 0
  let throttled = 0
  let begun = 0
  const before = process.cpuUsage()
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
  const { user, system } = process.cpuUsage(before)
  await uploads.stop()
  await store.close()
  const share = Number((perSecond / ceiling).toFixed(3))
  const cpuUs = Number(((user + system) / count).toFixed(1))
  console.log(JSON.stringify({ records: count, perSecond: Math.round(perSecond), share, cpuUs, throttled }))
} finally {
  await stop()
  rmSync(folder, { recursive: true, force: true })
}
