import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'

const bench = fileURLToPath(new URL('../../bench/run.mjs', import.meta.url))

type Row = Readonly<Record<string, string | number | undefined>>
type Parts = Readonly<Record<string, { about: string; machine: { node: string; cores: number }; rows: readonly Row[] }>>

/** Runs `npm run bench` with these words, so small that its figures mean nothing. */
const runBench = async (...words: string[]): Promise<{ code: number; out: string; err: string }> => {
  const child = spawn(process.execPath, [bench, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill())
  let out = ''
  let err = ''
  child.stdout.on('data', (piece) => (out += piece))
  child.stderr.on('data', (piece) => (err += piece))
  const [code] = await once(child, 'close')
  return { code, out, err }
}
const measure = async (part: string): Promise<readonly Row[]> => {
  const { code, out, err } = await runBench(part, '--tiny', '--json')
  expect(code, err).toBe(0)
  const measured = (JSON.parse(out) as Parts)[part]
  expect(measured?.about).toMatch(/\w/)
  expect(measured?.machine).toMatchObject({ node: process.version, cores: expect.any(Number) })
  return measured?.rows ?? []
}
const positive = expect.toSatisfy((value: unknown) => typeof value === 'number' && value > 0)

// No figure is compared with anything here: on a busy machine it would say how busy that is.
describe('the benchmarks', () => {
  it('of sustained intake take every record, and give a ratio to the bare server', async () => {
    const rows = await measure('sustained')
    for (const row of rows)
      expect(row).toMatchObject({ 'records/s': positive, 'p50 ms': positive, 'p99 ms': positive, failed: 0 })
    expect(rows).toMatchObject([
      { store: 'SQLite', 'records a request': 1, ratio: positive, budget: 0.42 },
      { store: 'PostgreSQL', 'records a request': 100, ratio: positive, budget: 0.7 },
      { store: 'clevertap SDK to CleverTap', 'records a request': 100 },
    ])
  })

  it('of uploads empty the queue without a 429', async () => {
    const rows = await measure('upload')
    expect(rows).toHaveLength(2)
    for (const row of rows) expect(row).toMatchObject({ 'records/s': positive, ratio: positive, '429 answers': 0 })
  })

  it('of imports read the whole file while a relay takes live records', async () => {
    const rows = await measure('import')
    expect(rows).toMatchObject([
      { rows: 3_000, 'import, rows/s': positive, 'live p99 ms': positive, failed: 0, ratio: positive, budget: 0.4 },
    ])
  })

  it('of growth compare intake and claims on stores of different sizes', async () => {
    const rows = await measure('growth')
    for (const row of rows) expect(row).toMatchObject({ 'requests/s': positive, 'claims/s': positive })
    expect(rows).toMatchObject([
      { 'stored rows': 1_000, ratio: 1 },
      { 'stored rows': 5_000, ratio: positive, budget: 0.6 },
    ])
  })

  it('of watching look at the relay while it works', async () => {
    const rows = await measure('watching')
    expect(rows).toHaveLength(2)
    expect(rows[1]).toMatchObject({ 'requests/s': positive, 'scrape bytes': positive, ratio: positive, failed: 0 })
  })

  it('say which parts there are when one is asked for that is not', async () => {
    const { code, err } = await runBench('speed')
    expect(code).toBe(2)
    expect(err).toBe('no part is called speed: there are sustained, upload, import, growth, watching, page\n')
  })
})
