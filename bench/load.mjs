// node bench/load.mjs URL SECONDS CONNECTIONS [KIND] [RECORDS]: sends a bounded load to one server of this machine over keep-alive
// connections, each request with different records. Prints one line of JSON; latencies in ms.
import autocannon from 'autocannon'
import { kinds } from './support/records.mjs'

const [url, seconds, connections, kind = 'upload', records = '1'] = process.argv.slice(2)
if (!url?.startsWith('http://127.0.0.1:')) throw new Error('this load goes to loopback only')
const { path, headers, body } = kinds[kind]
// Makes the bodies one by one. A queue of ready bodies would need memory; the time for making them is the same for every server.
const run = autocannon({
  url,
  connections: Number(connections),
  // For requests that hang. autocannon's default of 10 s is too short on a busy machine.
  timeout: 120,
  // Less than a second means a smoke test: two requests per connection, without a time limit.
  ...(Number(seconds) < 1 ? { amount: 2 * Number(connections) } : { duration: Number(seconds) }),
  requests: [
    { method: 'POST', path, headers, setupRequest: (request) => ({ ...request, body: body(Number(records)) }) },
  ],
})
// autocannon's own percentiles are whole milliseconds.
const took = []
const began = performance.now()
/** Answers in each third of the time. */
const thirds = [0, 0, 0]
run.on('response', (_client, _status, _bytes, ms) => {
  took.push(ms)
  thirds[Math.min(2, Math.floor((3 * (performance.now() - began)) / (Number(seconds) * 1000)))]++
})
const { duration, errors, timeouts, non2xx } = await run
took.sort((a, b) => a - b)
const at = (share) => Number((took[Math.floor(took.length * share)] ?? 0).toFixed(2))
console.log(
  JSON.stringify({
    requests: took.length,
    perSecond: Math.round(took.length / duration),
    p50: at(0.5),
    p99: at(0.99),
    thirds,
    failed: errors + timeouts + non2xx,
  }),
)
