// npm run bench: speed as ratios within one run, so that the figures mean the same on any machine. `--quick` for a look.
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const quick = process.argv.includes('--quick')
const seconds = quick ? 1 : 5
const rounds = quick ? 1 : 3
const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const run = async (name, ...args) => {
  const { stdout } = await promisify(execFile)(process.execPath, [path(name), ...args.map(String)])
  return JSON.parse(stdout)
}
const serve = async (name) => {
  const child = fork(path(name), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [{ url }] = await once(child, 'message')
  return {
    url,
    stop: async () => {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const spread = (values) => `${Math.min(...values)}–${Math.max(...values)}`

const [cpu] = cpus()
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpu?.model.trim()}, ${new Date().toISOString().slice(0, 10)}\n`,
)
console.log(
  'Durable intake of single records, 64 keep-alive connections, against a bare server that parses and answers',
)
const bare = await serve('bare-server.mjs')
const relay = await serve('relay-server.mjs')
const figures = { bare: [], relay: [] }
for (let round = 0; round < rounds; round++) {
  figures.bare.push(await run('load.mjs', bare.url, seconds, 64))
  figures.relay.push(await run('load.mjs', relay.url, seconds, 64))
}
await bare.stop()
await relay.stop()
for (const [name, all] of Object.entries(figures)) {
  const rates = all.map((one) => one.perSecond)
  const failed = all.reduce((sum, one) => sum + one.failed, 0)
  console.log(
    `  ${name.padEnd(6)} ${median(rates)} requests/s (${spread(rates)}), p50 ${median(all.map((one) => one.p50))} ms, p99 ${median(all.map((one) => one.p99))} ms, ${failed} failed`,
  )
}
const ratio = median(figures.relay.map((one, round) => one.perSecond / figures.bare[round].perSecond))
console.log(`  ratio  ${ratio.toFixed(2)} (budget 0.5)\n`)

console.log('Upload of a full queue, share of the ceiling limit × 100 / latency')
for (const [latencyMs, limit, budget] of [
  [50, 3, 0.95],
  [200, 3, 0.97],
  [50, 15, 0.95],
  [200, 15, 0.97],
]) {
  const { share, perSecond, throttled } = await run('upload.mjs', latencyMs, limit, quick ? 1 : 5)
  console.log(
    `  ${latencyMs} ms, ${limit} slots: ${share} (budget ${budget}), ${perSecond} records/s, ${throttled} times 429`,
  )
}
