// node bench/import.mjs [--quick]: rows/s of `pushferry import` into SQLite against csv-parse alone on the same file, each a
// process of its own and in turns; its resident memory at its peak; and the p99 of a relay's live intake on the same store
// meanwhile. BENCH_IMPORT_ROWS=10000000 for longer files.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Pool } from 'undici'
import { writeSampleFile } from '../tools/sample-csv.mjs'

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const csvParse = fileURLToPath(new URL('csv-parse-alone.mjs', import.meta.url))
const account = { CLEVERTAP_ACCOUNT_ID: 'BENCH', CLEVERTAP_PASSCODE: 'a-passcode-that-nobody-checks' }
const apiKey = 'an-api-key-for-the-benchmark'

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

const ratioOf = (name, some, others) => Number(median(some.map((one, at) => one[name] / others[at][name])).toFixed(2))

/** The peak of a process's resident memory in MB so far; undefined where the system does not say. */
const peakOf = (pid) => {
  try {
    const [, kB] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kB && Math.round(Number(kB) / 1024)
  } catch {
    return undefined
  }
}

/** The processor time of a process so far in s, of 100 ticks each (proc(5), fields 14 and 15); undefined elsewhere. */
const processorOf = (pid) => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return undefined
  }
}

/** Runs a script to its end: what it printed, how long that took from its start, its processor time and its memory. */
const run = async (args, env = {}) => {
  const from = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
  let out = ''
  let peakMb = 0
  let processor = 0
  child.stdout.on('data', (piece) => {
    out += piece
  })
  const watch = setInterval(() => {
    peakMb = peakOf(child.pid) ?? peakMb
    processor = processorOf(child.pid) ?? processor
  }, 20)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  if (out === '') throw new Error(`${args.join(' ')} ended with ${code}`)
  const { read, ...rest } = JSON.parse(out)
  return {
    read,
    ...rest,
    perSecond: Math.round((read / (performance.now() - from)) * 1000),
    perProcessorSecond: Math.round(read / processor),
    peakMb,
  }
}

const importInto = (store, file) =>
  run([cli, 'import', file, '--enqueue-only', '--json'], { ...account, PUSHFERRY_STORE: `sqlite:${store}` })

/** A relay on that store; what it uploads goes nowhere. */
const startRelay = async (store) => {
  const relay = spawn(process.execPath, [cli, 'relay'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...account,
      CLEVERTAP_URL: 'http://127.0.0.1:9',
      PUSHFERRY_API_KEYS: `bench:${apiKey}`,
      PUSHFERRY_STORE: `sqlite:${store}`,
      PUSHFERRY_PORT: '0',
    },
  })
  const url = await new Promise((resolve, reject) => {
    createInterface(relay.stdout).on('line', (line) => {
      const { event, port } = JSON.parse(line)
      if (event === 'listening') resolve(`http://127.0.0.1:${port}`)
    })
    relay.once('exit', (code) => reject(new Error(`the relay ended with ${code}`)))
  })
  return {
    url,
    stop: async () => {
      relay.kill('SIGTERM')
      await once(relay, 'exit')
    },
  }
}

/** So many live records a second until it is stopped, whether those before them were answered or not. */
const postSteadily = (url, perSecond) => {
  const pool = new Pool(url, { connections: 16 })
  const headers = { 'content-type': 'application/json', 'x-clevertap-passcode': apiKey }
  const took = []
  let failed = 0
  const one = async (n) => {
    const from = performance.now()
    const body = `{"d":[{"type":"token","tokenData":{"id":"live-${n}-${'x'.repeat(150)}","type":"fcm"},"objectId":"__live${n}"}]}`
    const { statusCode, body: answer } = await pool.request({ method: 'POST', path: '/1/upload', headers, body })
    await answer.dump()
    took.push(performance.now() - from)
    if (statusCode >= 300) failed++
  }
  const pending = new Set()
  let sent = 0
  const timer = setInterval(() => {
    const call = one(sent++).catch(() => failed++)
    pending.add(call)
    call.finally(() => pending.delete(call))
  }, 1000 / perSecond)
  return async () => {
    clearInterval(timer)
    await Promise.all(pending)
    await pool.destroy()
    took.sort((a, b) => a - b)
    const at = (share) => Math.round(took[Math.floor(took.length * share)] ?? 0)
    return { requests: sent, failed, p50: at(0.5), p99: at(0.99), max: at(1 - 1e-9) }
  }
}

const liveMeanwhile = async (store, file, perSecond) => {
  const relay = await startRelay(store)
  try {
    const stopPosting = postSteadily(relay.url, perSecond)
    const imported = await importInto(store, file)
    return { imported, live: await stopPosting() }
  } finally {
    await relay.stop()
  }
}

/**
 * Measures the import of a sample of so many rows, in so many rounds.
 *
 * @returns its rows/s, those of csv-parse alone and the median of the rounds' ratios; the largest resident memory in MB;
 * and the live intake of a relay on the same store during one further import.
 */
export const benchImport = async ({ rows, rounds, livePerSecond = 100 }) => {
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-bench-'))
  const file = join(folder, 'tokens.csv')
  const alone = []
  const imports = []
  try {
    await writeSampleFile(file, rows)
    for (let round = 0; round < rounds; round++) {
      alone.push(await run([csvParse, file]))
      const store = join(folder, `${round}.db`)
      imports.push(await importInto(store, file))
      rmSync(store)
    }
    const { imported, live } = await liveMeanwhile(join(folder, 'live.db'), file, livePerSecond)
    return {
      rows,
      csvParse: median(alone.map((one) => one.perSecond)),
      import: median(imports.map((one) => one.perSecond)),
      ratio: ratioOf('perSecond', imports, alone),
      ratioByProcessor: ratioOf('perProcessorSecond', imports, alone),
      peakMb: Math.max(...[...imports, imported].map((one) => one.peakMb)),
      live: { ...live, importPerSecond: imported.perSecond },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The figures as lines for people. */
export const describeImport = ({ rows, csvParse: alone, import: imported, ratio, ratioByProcessor, peakMb, live }) =>
  [
    `  ${rows} rows: ${imported} rows/s, csv-parse alone ${alone}: ratio ${ratio} (budget 0.4); by processor time, which other load on the machine hardly changes, ${ratioByProcessor}`,
    `  resident memory at its peak ${peakMb} MB (budget 200)`,
    `  live intake meanwhile: p50 ${live.p50} ms, p99 ${live.p99} ms (budget 250), at most ${live.max} ms, ${live.failed} of ${live.requests} failed; the import then made ${live.importPerSecond} rows/s`,
  ].join('\n')

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const quick = process.argv.includes('--quick')
  const told = Number(process.env.BENCH_IMPORT_ROWS)
  const sizes = told > 0 ? [told] : quick ? [50_000] : [100_000, 1_000_000]
  console.log('Import of CSV into SQLite against csv-parse alone, in turns')
  for (const rows of sizes) {
    console.log(describeImport(await benchImport({ rows, rounds: quick || rows > 1_000_000 ? 1 : 3 })))
    console.log(`  load of the machine at the end: ${loadavg()[0].toFixed(1)}`)
  }
}
