// Records a second that are on disk before they are acknowledged, against servers that store nothing.
import { run as child, serving } from './support/processes.mjs'
import { median, rounded, spread } from './support/statistics.mjs'

export const name = 'intake'
export const about =
  'Durable intake: requests over 64 keep-alive connections that the relay acknowledges after its fsync, against a bare node:http server and Express 5, which parse the same body, answer 202 and store nothing. Ratios are of requests/s, within each round. `pushferry` alone is on SQLite; with PostgreSQL the database runs on the same cores, and its CPU is not counted. The last rows are the `clevertap` npm SDK sending the same records straight to a simulated CleverTap (50 ms, 3 requests at a time): what a backend waits for without a relay.'

const connections = 64
const servers = [
  { who: 'bare node:http', file: 'bare-server.mjs', kind: 'upload' },
  { who: 'pushferry', file: 'relay-server.mjs', kind: 'upload' },
  { who: 'Express 5', file: 'express-server.mjs', kind: 'upload' },
]
/** Measured with single records only. */
const singles = [
  { who: 'pushferry, browser route', file: 'relay-server.mjs', kind: 'subscription' },
  { who: 'pushferry, PostgreSQL', file: 'relay-postgres-server.mjs', kind: 'upload' },
]
/** The least ratio that single records should have, by server. */
const budgets = { pushferry: 0.5, 'pushferry, PostgreSQL': 0.35 }

/**
 * More rounds than other parts: a relay and a PostgreSQL on the same cores were at 0.31 to 0.37 of the bare server in runs of
 * five rounds that followed each other.
 */
export const bounds = ({ seconds, rounds }) => ({ seconds, rounds: 2 * rounds - 1 })

/** One bounded load on one server, with the CPU time that the server spent on each record. */
const measure = async (server, { kind, records, seconds }) => {
  const before = await server.cpuUs()
  const load = await child('load.mjs', server.url, seconds, connections, kind, records)
  const cpuUs = (await server.cpuUs()) - before
  await server.idle()
  return { ...load, cpuUs: cpuUs / Math.max(1, load.requests * records) }
}

const rowOf = (records, who, runs, bare) => {
  const ratios = runs.map((one, round) => one.perSecond / bare[round].perSecond)
  const budget = records === 1 ? budgets[who] : undefined
  return {
    'records a request': records,
    server: who,
    'requests/s': median(runs.map((one) => one.perSecond)),
    'lowest–highest': spread(runs.map((one) => one.perSecond)),
    'records/s': median(runs.map((one) => one.perSecond)) * records,
    'p50 ms': rounded(median(runs.map((one) => one.p50)), 1),
    'p99 ms': rounded(median(runs.map((one) => one.p99)), 1),
    'CPU µs a record': rounded(median(runs.map((one) => one.cpuUs)), 1),
    failed: runs.reduce((sum, one) => sum + one.failed, 0),
    ratio: rounded(median(ratios), 2),
    ...(budget === undefined ? {} : { budget }),
  }
}

/**
 * Every server in turn, round after round, so that whatever else the machine does meets all of them; every second round
 * backwards, so that nobody always comes after the same one.
 */
const compare = async (records, { seconds, rounds, few }) => {
  const all = records === 1 ? [...servers, ...singles] : servers
  return serving(
    all.map(({ file }) => file),
    async (running) => {
      const runs = all.map(() => [])
      // A round that does not count, and longer, because the code of slow servers takes longer to be compiled; stores get
      // their first pages.
      for (let round = few ? 0 : -1; round < rounds; round++)
        for (const [at, { kind }] of round % 2 === 0 ? all.entries() : [...all.entries()].reverse()) {
          const measured = await measure(running[at], {
            kind,
            records,
            seconds: round < 0 ? 2 * seconds : seconds,
          })
          if (round >= 0) runs[at].push(measured)
        }
      return all.map(({ who }, at) => rowOf(records, who, runs[at], runs[0]))
    },
  )
}

const straight = async (records, seconds) => {
  const { perSecond, p50, p99, cpuUs, failed } = await child('sdk-load.mjs', seconds, records)
  return {
    'records a request': records,
    server: 'clevertap SDK to CleverTap',
    'requests/s': perSecond,
    'records/s': perSecond * records,
    'p50 ms': p50,
    'p99 ms': p99,
    'CPU µs a record': cpuUs,
    failed,
  }
}

export const run = async ({ seconds, rounds, few, say }) => {
  const rows = []
  const batches = few ? [1, 100] : [1, 10, 100]
  for (const records of batches) {
    say(`intake: ${records} a request`)
    rows.push(...(await compare(records, { seconds, rounds, few })))
  }
  say('intake: the SDK')
  for (const records of batches) rows.push(await straight(records, seconds))
  return rows
}
