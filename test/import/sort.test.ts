import { describe, expect, it, onTestFinished } from 'vitest'
import { createSorter, type Sorter } from '../../src/import/sort.ts'

const newSorter = (): Sorter => {
  const sorter = createSorter()
  onTestFinished(() => sorter.close())
  return sorter
}
/** The objectIds of shuffled rows. */
const shuffled = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `__${String((at * 7_919) % count).padStart(4, '0')}`)
const objectIdOf = (row: string): string => row.slice(0, row.indexOf('\n'))
/** About 12 kB, so that a run takes about a thousand. */
const long = 'é'.repeat(6_000)

describe('sorting the rows of an import', () => {
  it('sorts rows that fit into memory', async () => {
    const sorter = newSorter()
    for (const objectId of shuffled(1_000)) await sorter.add(`${objectId}\nfcm`)
    expect([...sorter.sorted()].map(objectIdOf)).toEqual(shuffled(1_000).sort())
  })

  it('sorts rows that do not fit into memory, and gives them back as they were', async () => {
    const sorter = newSorter()
    let waits = 0
    for (const objectId of shuffled(3_500)) {
      const added = sorter.add(`${objectId}\n${long}${objectId}`)
      if (added) waits++
      await added
    }
    expect(waits).toBeGreaterThan(2)
    const sorted: string[] = []
    for (const row of sorter.sorted()) {
      const objectId = objectIdOf(row)
      if (row !== `${objectId}\n${long}${objectId}`) throw new Error(`another row of ${objectId}`)
      sorted.push(objectId)
    }
    expect(sorted).toEqual(shuffled(3_500).sort())
  })

  it('keeps rows of one objectId in their order, whatever their other columns and their run', async () => {
    const sorter = newSorter()
    for (let at = 0; at < 700; at++)
      for (const objectId of ['a', 'ab', '__', '-customer-1', '-customer-2'])
        await sorter.add(`${objectId}\n${at % 2 ? 'apns' : 'fcm'}\n${at}\n${long}`)
    const orders = new Map<string, number[]>()
    for (const row of sorter.sorted()) {
      const [objectId = '', , at] = row.split('\n')
      orders.set(objectId, [...(orders.get(objectId) ?? []), Number(at)])
    }
    const inOrder = Array.from({ length: 700 }, (_, at) => at)
    for (const objectId of ['a', 'ab', '__', '-customer-1', '-customer-2'])
      expect(orders.get(objectId)).toEqual(inOrder)
  })

  it('gives nothing back without rows', () => {
    expect([...newSorter().sorted()]).toEqual([])
  })
})
