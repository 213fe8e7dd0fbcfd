import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('../', import.meta.url))
const patienceMs = 120_000

/** What in the source of a test is over sooner than a busy machine may need. */
const impatient = (source: string): string[] => [
  ...[...source.matchAll(/\btimeout: ?([\d_]+)/g)]
    .filter(([, limit = '']) => Number(limit.replaceAll('_', '')) < patienceMs)
    .map(([found]) => found),
  // Vitest's own limit is one second.
  ...[...source.matchAll(/\bvi\.wait(?:For|Until)\((?![^\n]*\btimeout:)/g)].map(([found]) => found),
]

it('no test gives up waiting before the limit of vitest.config.ts', () => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('time-outs.test.ts'),
  )
  expect(files.length).toBeGreaterThan(100)
  const found = files.flatMap((name) => impatient(readFileSync(folder + name, 'utf8')).map((one) => `${name}: ${one}`))
  expect(found).toEqual([])
})

it('a poll of twenty seconds, and one that leaves its limit to vitest, are found', () => {
  expect(impatient('await expect.poll(look, { timeout: 20_000 }).toBe(1)')).toEqual(['timeout: 20_000'])
  expect(impatient('await vi.waitFor(look)')).toEqual(['vi.waitFor('])
  expect(impatient('await expect.poll(look, { timeout: 120_000 }).toBe(1)')).toEqual([])
})
