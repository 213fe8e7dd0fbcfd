import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRanges, type Range } from '../../../src/relay/import/ranges.ts'
import { placeOf } from '../../../src/relay/import/sort.ts'

/** Rows of this test are their objectId, and what stands behind a blank. */
const objectIdsOf = ({ rows }: Range): string[] => rows.map((row) => row.split(' ')[0] ?? '')
const hex = (n: number): string => ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')

describe('rows that wait to be put', () => {
  it('come out once each, those of one objectId together and in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 8_000, maxLength: 12_000 }), (numbers) => {
        const ranges = createRanges()
        for (const [at, n] of numbers.entries()) ranges.add(`__${hex(n)}`, `__${hex(n)} ${at}`)
        expect(ranges.size()).toBe(numbers.length)
        const out = [ranges.takeFullest(), ...ranges.takeAll()]
        expect(ranges.size()).toBe(0)
        const tokens = new Map<string, number[]>()
        for (const { number, rows } of out)
          for (const row of rows) {
            const [objectId, at] = row.split(' ')
            tokens.set(`${number} ${objectId}`, [...(tokens.get(`${number} ${objectId}`) ?? []), Number(at)])
          }
        expect(tokens.size).toBe(new Set(numbers).size)
        expect([...tokens.values()].flat().sort((a, b) => a - b)).toEqual(numbers.map((_, at) => at))
        for (const some of tokens.values()) expect(some).toEqual([...some].sort((a, b) => a - b))
      }),
      { numRuns: 10 },
    )
  })

  it('are taken by ranges of their objectIds that lie beside each other', () => {
    const ranges = createRanges()
    for (let n = 0; n < 24_000; n++) ranges.add(`__${hex(n)}`, `__${hex(n)}`)
    const spans = ranges.takeAll().map((range) => {
      const places = objectIdsOf(range).map(placeOf)
      return [Math.min(...places), Math.max(...places)] as const
    })
    expect(spans.length).toBeGreaterThan(20)
    for (const [at, [from]] of spans.entries()) if (at > 0) expect(from).toBeGreaterThan(spans[at - 1]?.[1] ?? 0)
  })

  it('come out as one whole when the first rows of a file showed nothing of the others', () => {
    const ranges = createRanges()
    for (let n = 0; n < 9_000; n++) ranges.add(`__${hex(n)}`, `__${hex(n)}`)
    for (let n = 0; n < 9_000; n++) ranges.add(`~${hex(n)}`, `~${hex(n)}`)
    expect(objectIdsOf(ranges.takeFullest()).filter((objectId) => objectId.startsWith('~'))).toHaveLength(9_000)
  })
})
