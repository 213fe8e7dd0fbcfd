// node bench/accounts.mjs: does one account wait for another? Measures one relay's uploads of a full queue to a healthy CleverTap,
// alone, and in turns together with two faulty accounts: CleverTap refuses one (401), and takes 2 s for each answer to the other. The
// ratio compares the healthy account's throughput. `--seconds=5`, `--rounds=3`. Needs `npm run build`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadConfig } from '../dist/relay/config/load.js'
import { openSqliteStore } from '../dist/relay/store/sqlite/store.js'
import { createUploads } from '../dist/relay/uploader/uploads.js'

const text = (byDefault) => ({ type: 'string', default: byDefault })
const { values } = parseArgs({ options: { seconds: text('5'), rounds: text('3'), latency: text('100') } })
const latencyMs = Number(values.latency)
const limit = 3
const ceiling = (limit * 100 * 1000) / latencyMs
const count = Math.round((ceiling * Number(values.seconds)) / 100) * 100
const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'pushferry-bench-'))
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

/** A simulated CleverTap in a separate process. */
const startClevertap = async (accountId, ...options) => {
  const child = spawn(process.execPath, [cli, 'simulate', '--port', '0', '--account', accountId, '--json', ...options])
  const [first] = await once(createInterface(child.stdout), 'line')
  child.stdout.resume()
  return {
    account: { accountId, passcode: 'sim-passcode', url: JSON.parse(first).url },
    stop: () => {
      child.kill('SIGINT')
      return once(child, 'exit')
    },
  }
}
const healthy = await startClevertap('HEALTHY', '--latency', values.latency)
const others = await Promise.all([
  startClevertap('SUSPENDED', '--fail', '401,times=always'),
  startClevertap('SLOW', '--latency', '2000'),
])

/** Records per second of the healthy account, in a relay with these accounts, each with a full queue. */
const measure = async (clevertaps) => {
  const accounts = clevertaps.map(({ account }) => account)
  const config = loadConfig({ PUSHFERRY_CONFIG: 'accounts.json' }, () => JSON.stringify({ accounts }))
  const run = Math.random()
  const store = await openSqliteStore(join(folder, `${run}.db`))
  for (const { accountId: account } of accounts)
    for (let from = 0; from < count; from += 1000)
      await store.put(
        Array.from({ length: Math.min(1000, count - from) }, (_, at) => ({
          account,
          objectId: `__${run}-${from + at}`,
          token: { type: 'fcm', id: `${run}-${from + at}`.padEnd(150, 'x') },
          priority: 'live',
          sender: 'trusted',
          replaceLive: true,
          warnings: [],
        })),
      )
  let accepted = 0
  const others = { SUSPENDED: 0, SLOW: 0 }
  let begun = 0
  const uploads = await new Promise((resolve) => {
    const running = createUploads(config, store, {
      onRequest: ({ account, outcomes }) => {
        if (account !== 'HEALTHY') others[account] += outcomes.accepted
        else accepted += outcomes.accepted
        if (accepted >= count) resolve(running)
      },
    })
    begun = performance.now()
    void running.start()
  })
  const perSecond = count / ((performance.now() - begun) / 1000)
  await uploads.stop()
  await store.close()
  return { perSecond: Math.round(perSecond), others }
}

console.log(`One account of ${count} records, ${latencyMs} ms, ${limit} slots (load ${loadavg()[0].toFixed(1)})`)
const alone = []
const beside = []
for (let round = 0; round < Number(values.rounds); round++) {
  alone.push((await measure([healthy])).perSecond)
  const { perSecond, others: accepted } = await measure([healthy, ...others])
  beside.push(perSecond)
  console.log(
    `  alone ${alone.at(-1)} records/s, with the others ${perSecond} (accepted for the suspended one ${accepted.SUSPENDED}, for the slow one ${accepted.SLOW})`,
  )
}
const ratio = median(beside.map((rate, round) => rate / alone[round]))
console.log(`  ratio ${ratio.toFixed(2)}, share of the ceiling ${(median(beside) / ceiling).toFixed(2)}`)
await Promise.all([healthy, ...others].map((one) => one.stop()))
rmSync(folder, { recursive: true, force: true })
