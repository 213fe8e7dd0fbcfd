// Measures the upload rate of a full queue as a share of the rate that CleverTap allows.
import { run as child } from './support/processes.mjs'
import { median, rounded, spread } from './support/statistics.mjs'

export const name = 'upload'
export const about =
  'Upload of a full queue from SQLite to a simulated CleverTap, batches of 100. The ratio is the share of the ceiling, which is requests at a time × 100 / latency. At 20 ms and 15 requests at a time the ceiling is 75,000 records/s, which is more than the simulator can answer on two cores, so that line has no budget.'

const all = [
  { latencyMs: 20, limit: 3 },
  { latencyMs: 20, limit: 15 },
  { latencyMs: 50, limit: 3, budget: 0.95 },
  { latencyMs: 50, limit: 15, budget: 0.95 },
  { latencyMs: 200, limit: 3, budget: 0.97 },
  { latencyMs: 200, limit: 15, budget: 0.97 },
]

export const run = async ({ seconds, rounds, few, say }) => {
  const cases = few ? all.filter(({ limit, budget }) => limit === 3 && budget) : all
  const runs = cases.map(() => [])
  for (let round = 0; round < rounds; round++)
    for (const [at, { latencyMs, limit }] of cases.entries()) {
      say(`upload: ${latencyMs} ms, ${limit} at a time`)
      // Three times as long as other measurements, so that the start of the uploader matters less.
      runs[at].push(await child('drain.mjs', latencyMs, limit, 3 * seconds))
    }
  return cases.map(({ latencyMs, limit, budget }, at) => {
    const shares = runs[at].map(({ share }) => share)
    return {
      'latency ms': latencyMs,
      'at a time': limit,
      'records/s': Math.round(median(runs[at].map(({ perSecond }) => perSecond))),
      'CPU µs a record': rounded(median(runs[at].map(({ cpuUs }) => cpuUs)), 1),
      '429 answers': runs[at].reduce((sum, { throttled }) => sum + throttled, 0),
      'lowest–highest': spread(shares, 3),
      ratio: rounded(median(shares), 3),
      ...(budget ? { budget } : {}),
    }
  })
}
