import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { createBloomFilter } from '../../../../src/relay/store/sqlite/bloom-filter.ts'

const many = 20_000
const numbered = Array.from({ length: many }, (_, n) => `user-${n}`)
const random = numbered.map((name) => `__${createHash('md5').update(name).digest('hex')}`)
const long = numbered.map((name) => `${'x'.repeat(500)}${name}`)
const foreign = numbered.map((name) => `${name}-\u{1f600}-ü`)

describe.each([
  ['with room for all', many, 0.02],
  ['that has to grow six times', many / 100, 0.08],
])('a filter %s', (_, room, most) => {
  it.each([
    ['numbered', numbered],
    ['random', random],
    ['long and alike', long],
    ['foreign', foreign],
  ])('knows all %s texts that it was told of, and takes few others for them', (_kind, texts) => {
    const filter = createBloomFilter(room)
    const told = texts.filter((_text, at) => at % 2 === 0)
    for (const text of told) filter.add(1, text)
    expect(told.filter((text) => !filter.mayHave(1, text))).toEqual([])
    const others = texts.filter((_text, at) => at % 2 === 1)
    expect(others.filter((text) => filter.mayHave(1, text)).length / others.length).toBeLessThan(most)
    expect(told.filter((text) => filter.mayHave(2, text)).length / told.length).toBeLessThan(most)
  })
})

it('a filter takes a byte and a quarter for each text, and no more for those that it was told of before', () => {
  let bytes = 0
  class Counted extends Uint32Array {
    constructor(length: number) {
      super(length)
      bytes += this.byteLength
    }
  }
  vi.stubGlobal('Uint32Array', Counted)
  const filter = createBloomFilter(many / 10)
  for (let time = 0; time < 5; time++) for (const text of numbered) filter.add(1, text)
  vi.unstubAllGlobals()
  expect(bytes).toBeGreaterThanOrEqual(many * 1.25)
  expect(bytes).toBeLessThan(2 * many * 1.25)
})
