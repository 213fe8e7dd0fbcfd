// Does the relay get slower as its store grows? For other stores: `node bench/growth.mjs --store=postgres`,
// `--rows=10000,10000000`.

import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { storeLocation } from '../dist/relay/config/address-kinds.js'
import { measureClaims } from './growth/claim.mjs'
import { run as child, serve } from './support/processes.mjs'
import { tableOf } from './support/report.mjs'
import { median, rounded, spread } from './support/statistics.mjs'

export const name = 'growth'
export const about =
  'Intake and leases in turns on stores of different sizes, whose rows were written with SQL: single records over 64 connections to a warmed-up relay, and leases and results of 20,000 records by one process, 100 at a time. Ratios compare with the smallest store, within each round. Bytes are those of a completed row and of its entries in both indexes. Ten million rows take 5 GB of disk.'

const budget = 0.6
const connections = 64
const fills = {
  sqlite: async () => (await import('./growth/sqlite.mjs')).fillSqlite,
  postgres: async () => (await import('./growth/postgres.mjs')).fillPostgres,
}

/**
 * Requests per second that a relay on this store accepts after a short warm-up. Waits until the relay is idle before and after, so
 * that deferred work of an earlier load does not change the figures.
 */
const measureIntake = async (store, seconds) => {
  // It does not wait for a quiet moment, which a busy machine may not have.
  const isSmokeTest = seconds < 1
  const relay = await serve('relay-at-store.mjs', store)
  try {
    // A run that does not count, in which code is compiled and common pages are read.
    await child('load.mjs', relay.url, seconds, connections)
    if (!isSmokeTest) await relay.idle()
    const { perSecond, p99, failed } = await child('load.mjs', relay.url, seconds, connections)
    if (failed > 0) throw new Error(`${failed} requests failed`)
    if (!isSmokeTest) await relay.idle()
    return { perSecond, p99 }
  } finally {
    await relay.stop()
  }
}

const measure = async ({ store: kind, sizes, seconds, rounds, claims, say }) => {
  const fill = await fills[kind]()
  const stores = []
  try {
    for (const rows of sizes) {
      say(`growth: filling a store with ${rows} rows`)
      stores.push({ ...(await fill(rows)), intake: [], slowest: [], claimed: [] })
    }
    for (let round = 0; round < rounds; round++)
      for (const store of stores) {
        say(`growth: ${store.rows} rows`)
        const { perSecond, p99 } = await measureIntake(await store.open(), seconds)
        store.intake.push(perSecond)
        store.slowest.push(p99)
        store.claimed.push(await measureClaims(storeLocation.read(await store.open()), claims))
      }
    const [smallest] = stores
    const ratioOf = (what, store) => rounded(median(store[what].map((rate, round) => rate / smallest[what][round])), 2)
    return stores.map((store, at) => ({
      store: store.name,
      'stored rows': store.rows,
      'bytes a row': store.bytesPerRow.row,
      'by profile': store.bytesPerRow.byProfile,
      'requests/s': median(store.intake),
      'lowest–highest': spread(store.intake),
      'p99 ms': rounded(median(store.slowest), 1),
      'claims/s': median(store.claimed),
      'claims, ratio': ratioOf('claimed', store),
      ratio: ratioOf('intake', store),
      ...(at > 0 && at === stores.length - 1 ? { budget } : {}),
    }))
  } finally {
    for (const store of stores) await store.end()
  }
}

/** Fewer and longer runs than those of other parts, because records are applied after their acknowledgement. */
export const bounds = ({ seconds, rounds }) => ({
  seconds: seconds < 1 ? seconds : 10 * seconds,
  rounds: Math.min(rounds, 3),
})

/** Measures SQLite. */
export const run = ({ seconds, rounds, few, say }) =>
  measure({
    store: 'sqlite',
    sizes: few ? [1_000, 5_000] : rounds < 3 ? [10_000, 1_000_000] : [10_000, 1_000_000, 10_000_000],
    seconds,
    rounds,
    claims: few ? 500 : 20_000,
    say,
  })

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const text = (byDefault) => ({ type: 'string', default: byDefault })
  const { values } = parseArgs({
    options: { store: text('sqlite'), rows: text('10000,10000000'), seconds: text('5'), rounds: text('3') },
  })
  if (!(values.store in fills)) throw new Error(`--store is ${Object.keys(fills).join(' or ')}, not ${values.store}`)
  const numbersOf = (option) => {
    const numbers = values[option].split(',').map(Number)
    if (!numbers.every((number) => number > 0))
      throw new Error(`--${option} is a number above 0, not ${values[option]}`)
    return numbers
  }
  const [seconds] = numbersOf('seconds')
  const [rounds] = numbersOf('rounds')
  const rows = await measure({
    store: values.store,
    sizes: numbersOf('rows'),
    seconds,
    rounds,
    claims: 20_000,
    say: (line) => console.error(line),
  })
  console.log(tableOf(rows))
}
