// node bench/growth.mjs: does the relay grow slower as its store grows? Intake over HTTP and claims, on stores that already
// hold ten thousand, a million and ten million rows, in turns, as ratios to the smallest of the same run. The rows are
// written beforehand with SQL. `--store=postgres` for PostgreSQL, `--rows=10000,1000000` for other sizes, `--seconds=5`
// and `--rounds=3` for how long. Needs `npm run build`, and 4 GB of disk for ten million rows.
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { storeLocation } from '../dist/relay/config/address-kinds.js'
import { measureClaims } from './growth/claim.mjs'
import { fillPostgres } from './growth/postgres.mjs'
import { fillSqlite } from './growth/sqlite.mjs'
import { run as child, serve } from './support/processes.mjs'

const text = (byDefault) => ({ type: 'string', default: byDefault })
const { values } = parseArgs({
  options: {
    store: text('sqlite'),
    rows: text('10000,1000000,10000000'),
    seconds: text('5'),
    rounds: text('3'),
    claims: text('20000'),
  },
})
const fill = values.store === 'postgres' ? fillPostgres : fillSqlite
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
const spread = (numbers) => `${Math.min(...numbers)}–${Math.max(...numbers)}`

/**
 * Requests a second that a relay on this store takes in, once it has run for a moment. It is at rest before and after:
 * what an earlier load left for later is neither in these figures nor in those of the next.
 */
const measureIntake = async (store) => {
  const relay = await serve('relay-at-store.mjs', store)
  try {
    // One that does not count: code is compiled, and the pages that everybody needs are read.
    await child('load.mjs', relay.url, values.seconds, 64)
    await relay.idle()
    const { perSecond, p99, failed } = await child('load.mjs', relay.url, values.seconds, 64)
    if (failed > 0) throw new Error(`${failed} requests failed`)
    await relay.idle()
    return { perSecond, p99 }
  } finally {
    await relay.stop()
  }
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg()[0].toFixed(1)}`)
const stores = []
for (const rows of values.rows.split(',').map(Number)) {
  const from = performance.now()
  const store = await fill(rows)
  stores.push({ ...store, intake: [], slowest: [], claims: [] })
  const { row, byPerson, byToken } = store.bytesPerRow
  console.log(
    `  ${rows} rows on ${store.name}, filled in ${Math.round((performance.now() - from) / 1000)} s: ${row} B a row, ${byPerson} B in the index by person, ${byToken} B in the index by token`,
  )
}
for (let round = 0; round < Number(values.rounds); round++)
  for (const store of stores) {
    const { perSecond, p99 } = await measureIntake(await store.open())
    store.intake.push(perSecond)
    store.slowest.push(p99)
    store.claims.push(await measureClaims(storeLocation.read(await store.open()), Number(values.claims)))
  }

console.log(
  `\nIntake of single records, 64 connections; claims by one process, 100 rows each (load ${loadavg()[0].toFixed(1)})`,
)
const [smallest] = stores
const ratio = (what, store) => median(store[what].map((rate, round) => rate / smallest[what][round])).toFixed(2)
for (const store of stores) {
  const { rows, intake, slowest, claims } = store
  console.log(
    `  ${String(rows).padStart(9)} rows: ${median(intake)} requests/s (${spread(intake)}), p99 ${median(slowest)} ms, ratio ${ratio('intake', store)}; ${median(claims)} claims/s (${spread(claims)}), ratio ${ratio('claims', store)}`,
  )
}
console.log('  budget: 0.90 for intake with ten million')
for (const store of stores) await store.end()
