// Rows per second of `pushferry import` into SQLite, its memory, and its effect on live intake.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeSampleFile } from '../tools/sample-csv.mjs'
import { measureProcess } from './import/measured-process.mjs'
import { postSteadily } from './import/steady-load.mjs'
import { serve } from './support/processes.mjs'
import { median, rounded, spread } from './support/statistics.mjs'

export const name = 'import'
export const about =
  'Import of a CSV file into SQLite (`pushferry import --enqueue-only`) compared with csv-parse, which reads the same file and does nothing with its rows. Each run is a whole process, in turns. `ratio` compares rows/s; `ratio by CPU` compares rows per second of processor time, which other load on the machine hardly changes. The memory budget is 200 MB for any length of the file. The last columns show live intake on the same store during another import: 100 requests/s to a relay, with a p99 budget of 250 ms.'

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const csvParse = fileURLToPath(new URL('csv-parse-alone.mjs', import.meta.url))
/** Nothing is uploaded during the run, so the queue must have the capacity for all rows. */
const account = {
  CLEVERTAP_ACCOUNT_ID: 'BENCH',
  CLEVERTAP_PASSCODE: 'a-passcode-that-nobody-checks',
  PUSHFERRY_MAX_QUEUED: '1000000000',
}
const budget = 0.4
const livePerSecond = 100
/** More rounds with a million rows would take long and add no information. */
export const bounds = ({ rounds }) => ({ rounds: Math.min(rounds, 3) })

const importInto = (store, file) =>
  measureProcess([cli, 'import', file, '--enqueue-only', '--json'], { ...account, PUSHFERRY_STORE: `sqlite:${store}` })

const liveMeanwhile = async (store, file) => {
  const relay = await serve('relay-at-store.mjs', `sqlite:${store}`)
  try {
    const stopPosting = postSteadily(relay.url, livePerSecond)
    const imported = await importInto(store, file)
    return { imported, live: await stopPosting() }
  } finally {
    await relay.stop()
  }
}

const measure = async (rows, rounds) => {
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-bench-'))
  const file = join(folder, 'tokens.csv')
  const alone = []
  const imports = []
  try {
    await writeSampleFile(file, rows)
    for (let round = 0; round < rounds; round++) {
      alone.push(await measureProcess([csvParse, file]))
      const store = join(folder, `${round}.db`)
      imports.push(await importInto(store, file))
      rmSync(store)
    }
    const { imported, live } = await liveMeanwhile(join(folder, 'live.db'), file)
    const of = (what, runs) => median(runs.map((one) => one[what]))
    const ratios = (what) => imports.map((one, round) => one[what] / alone[round][what])
    return {
      rows,
      'import, rows/s': of('perSecond', imports),
      'csv-parse, rows/s': of('perSecond', alone),
      'lowest–highest': spread(ratios('perSecond'), 2),
      'ratio by CPU': rounded(median(ratios('perProcessorSecond')), 2),
      'peak MB': Math.max(...[...imports, imported].map((one) => one.peakMb)),
      'live p50 ms': rounded(live.p50, 1),
      'live p99 ms': rounded(live.p99),
      failed: live.failed,
      ratio: rounded(median(ratios('perSecond')), 2),
      budget,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Lengths of the files, in rows; BENCH_IMPORT_ROWS replaces them with one length. */
const lengths = ({ few, rounds }) => {
  const told = Number(process.env.BENCH_IMPORT_ROWS)
  if (told > 0) return [told]
  return few ? [3_000] : rounds < 3 ? [100_000] : [100_000, 1_000_000]
}

export const run = async ({ rounds, few, say }) => {
  const measured = []
  for (const rows of lengths({ few, rounds })) {
    say(`import: ${rows} rows`)
    measured.push(await measure(rows, rows > 1_000_000 ? 1 : rounds))
  }
  return measured
}
