// Measures how much the relay accepts for a minute without a pause, compared with a server that stores nothing.
import { run as child, serve, serving } from './support/processes.mjs'
import { median, rounded } from './support/statistics.mjs'

export const name = 'sustained'
export const about =
  'Durable intake without a pause, from an empty store: calls over 64 keep-alive connections that the relay acknowledges after its fsync. The baseline is a bare node:http server that parses a single record, answers 202 and stores nothing; it is measured before and after each line for a sixth of the time. The ratio is records/s divided by the baseline’s requests/s. `last third` is the rate in the last third of the time divided by the rate in the first. Bytes are all bytes that the relay wrote to its file system until it had applied every record. With PostgreSQL the database runs on the same cores. In the last line the `clevertap` npm SDK sends directly to a simulated CleverTap (50 ms, 3 requests at a time): a backend’s wait without a relay.'

const connections = 64
/** In the order of the table. `budget`: the lowest allowed ratio. */
const lines = [
  { who: 'SQLite', file: 'relay-server.mjs', records: 1, budget: 0.42 },
  { who: 'SQLite', file: 'relay-server.mjs', records: 10 },
  { who: 'SQLite', file: 'relay-server.mjs', records: 100, budget: 1.2 },
  { who: 'SQLite, browser route', file: 'relay-server.mjs', kind: 'subscription', records: 1 },
  { who: 'PostgreSQL', file: 'relay-postgres-server.mjs', records: 1, budget: 0.3 },
  { who: 'PostgreSQL', file: 'relay-postgres-server.mjs', records: 100, budget: 0.7 },
]

/** A minute per line, longer than other parts, so that work that the relay defers for seconds is part of the measurement. */
export const bounds = ({ seconds }) => ({ seconds: seconds < 1 ? seconds : 20 * seconds, rounds: 1 })

const measureBare = (seconds) =>
  serving(['bare-server.mjs'], async ([server]) => {
    const { perSecond } = await child('load.mjs', server.url, Math.max(0.2, seconds / 6), connections)
    return perSecond
  })

const measureLine = async ({ file, kind = 'upload', records }, { seconds, few }) => {
  const before = await measureBare(seconds)
  const server = await serve(file)
  try {
    const load = await child('load.mjs', server.url, seconds, connections, kind, records)
    // A smoke test does not wait for a quiet moment, which a busy machine may not have.
    if (!few) await server.idle()
    const { cpuUs, bytesWritten } = await server.used()
    const taken = load.requests * records
    return {
      ...load,
      bare: few ? before : median([before, await measureBare(seconds)]),
      cpuUs: cpuUs / taken,
      bytes: bytesWritten === undefined ? undefined : bytesWritten / taken,
    }
  } finally {
    await server.stop()
  }
}

const rowOf = ({ who, records, budget }, { perSecond, p50, p99, thirds, failed, bare, cpuUs, bytes }) => ({
  'records a request': records,
  store: who,
  'records/s': perSecond * records,
  'bare server, requests/s': Math.round(bare),
  'p50 ms': rounded(p50, 1),
  'p99 ms': rounded(p99, 1),
  'last third': rounded(thirds[2] / Math.max(1, thirds[0]), 2),
  // With PostgreSQL the database writes the files, not the relay.
  'bytes a record': who.startsWith('SQLite') && bytes !== undefined ? Math.round(bytes) : undefined,
  'CPU µs a record': rounded(cpuUs, 1),
  failed,
  ratio: rounded((perSecond * records) / bare, 2),
  ...(budget === undefined ? {} : { budget }),
})

const measureSdk = async (records, seconds) => {
  const { perSecond, p50, p99, cpuUs, failed } = await child('sdk-load.mjs', Math.min(10, seconds), records)
  return {
    'records a request': records,
    store: 'clevertap SDK to CleverTap',
    'records/s': perSecond * records,
    'p50 ms': p50,
    'p99 ms': p99,
    'CPU µs a record': cpuUs,
    failed,
  }
}

export const run = async ({ seconds, few, say }) => {
  const rows = []
  // The first and the last line: both stores, and both one record and many per request.
  for (const line of few ? [lines[0], lines.at(-1)] : lines) {
    say(`sustained: ${line.who}, ${line.records} a request`)
    rows.push(rowOf(line, await measureLine(line, { seconds, few })))
  }
  say('sustained: the SDK')
  rows.push(await measureSdk(100, seconds))
  return rows
}
