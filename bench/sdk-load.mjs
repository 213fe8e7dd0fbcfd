// node bench/sdk-load.mjs SECONDS RECORDS: uploads with the clevertap npm SDK, three calls at a time, to a simulated CleverTap.
// Prints one line of JSON; latencies in ms, CPU time of this process in µs per record.
import CleverTap from 'clevertap'
import { kinds } from './support/records.mjs'
import { startSimulator } from './support/simulator.mjs'

const [seconds, records] = process.argv.slice(2).map(Number)
const simulator = await startSimulator(50, 3)
const clevertap = CleverTap.init(simulator.accountId, simulator.passcode, CleverTap.REGIONS.EUROPE)
clevertap.api.apiEndpoint = `${simulator.url}/1`
const took = []
let failed = 0
const before = process.cpuUsage()
const from = performance.now()
const until = from + seconds * 1000
const one = async () => {
  while (performance.now() < until) {
    const { d } = JSON.parse(kinds.upload.body(records))
    const asked = performance.now()
    const answer = await clevertap.uploadDeviceTokens(d)
    took.push(performance.now() - asked)
    if (answer.status !== 'success') failed++
  }
}
await Promise.all([one(), one(), one()])
const lasted = performance.now() - from
const { user, system } = process.cpuUsage(before)
await simulator.stop()
took.sort((a, b) => a - b)
const at = (share) => Number((took[Math.floor(took.length * share)] ?? 0).toFixed(1))
console.log(
  JSON.stringify({
    perSecond: Math.round(took.length / (lasted / 1000)),
    p50: at(0.5),
    p99: at(0.99),
    cpuUs: Number(((user + system) / (took.length * records)).toFixed(1)),
    failed,
  }),
)
