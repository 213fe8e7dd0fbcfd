import { describe, expect, it } from 'vitest'
import { createRanges, type Range, sampleRange, sampleRows } from '../../src/import/ranges.ts'
import { placeOf } from '../../src/import/sort.ts'

/** Rows of this test are their objectId, and what stands behind a blank. */
const objectIdsOf = ({ rows }: Range): string[] => rows.map((row) => row.split(' ')[0] ?? '')
const hex = (n: number): string => ((n * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')

describe('rows that wait to be put', () => {
  it('come out once each, those of one objectId in their order: the sample first, and then all in one range', () => {
    const ranges = createRanges()
    const count = 3 * sampleRows
    const objectId = (at: number): string => `__${hex((at * 7_919) % 5_000)}`
    for (let at = 0; at < count; at++) ranges.add(objectId(at), `${objectId(at)} ${at}`)
    expect(ranges.size()).toBe(count)
    const out = [ranges.takeFullest(), ranges.takeFullest(), ...ranges.takeAll()]
    expect(ranges.size()).toBe(0)
    expect(out[0]).toMatchObject({ number: sampleRange, rows: { length: sampleRows } })
    const met = new Map<string, { range: number; at: number }>()
    for (const { number, rows } of out)
      for (const row of rows) {
        const [who = '', at] = row.split(' ')
        const before = met.get(who) ?? { range: sampleRange, at: -1 }
        expect(Number(at)).toBeGreaterThan(before.at)
        expect([sampleRange, number]).toContain(before.range)
        met.set(who, { range: number, at: Number(at) })
      }
    expect(out.flatMap(({ rows }) => rows.map((row) => Number(row.split(' ')[1]))).sort((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, at) => at),
    )
  })

  it('are taken by ranges of their objectIds that lie beside each other', () => {
    const ranges = createRanges()
    for (let n = 0; n < 24_000; n++) ranges.add(`__${hex(n)}`, `__${hex(n)}`)
    ranges.takeFullest()
    const spans = ranges.takeAll().map((range) => {
      const places = objectIdsOf(range).map(placeOf)
      return [Math.min(...places), Math.max(...places)] as const
    })
    expect(spans.length).toBeGreaterThan(20)
    for (const [at, [from]] of spans.entries()) if (at > 0) expect(from).toBeGreaterThan(spans[at - 1]?.[1] ?? 0)
  })

  it('come out as one whole when the first rows of a file showed nothing of the others', () => {
    const ranges = createRanges()
    for (let n = 0; n < sampleRows; n++) ranges.add(`__${hex(n)}`, `__${hex(n)}`)
    for (let n = 0; n < 9_000; n++) ranges.add(`~${hex(n)}`, `~${hex(n)}`)
    ranges.takeFullest()
    expect(objectIdsOf(ranges.takeFullest()).filter((objectId) => objectId.startsWith('~'))).toHaveLength(9_000)
  })
})
