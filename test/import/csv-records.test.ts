import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvRecord, type CsvRules, csvRecords } from '../../src/import/csv-records.ts'
import { chunks, collect } from './chunks.ts'

const read = (text: string, { size = 7, ...rules }: Partial<CsvRules> & { size?: number } = {}): Promise<CsvRecord[]> =>
  collect(csvRecords(chunks(text, size), { delimiter: ',', isPlausible: () => true, ...rules }))
const cellsOf = async (text: string, size?: number): Promise<(readonly string[])[]> =>
  (await read(text, size === undefined ? {} : { size })).map(({ cells }) => cells)

const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ' ', '\n', '😀', '1'), maxLength: 6 })
const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

describe('the records of a CSV file', () => {
  it('are what csv-parse makes of the whole file, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 40 }),
        async (rows, end, size) => {
          const text = rows.map((row) => row.map(quoted).join(',') + end).join('')
          const whole = parse(text, { relax_column_count: true, record_delimiter: ['\r\n', '\n'] })
          expect(await cellsOf(text, size)).toEqual(whole)
        },
      ),
    )
  })

  it('never get lost: of any text each line that is not blank is in exactly one record', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', '"', ',', '\n'), maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        async (text, size) => {
          const records = await read(text, { size })
          const lines = text.split('\n')
          const starts = records.map(({ line }) => line)
          expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b))
          const between = (line: number): number => Math.max(0, ...starts.filter((start) => start <= line))
          for (const [at, line] of lines.entries()) if (line !== '') expect(between(at + 1)).toBeGreaterThan(0)
        },
      ),
    )
  })

  it('know the line at which they begin, behind values of several lines and blank lines', async () => {
    const records = await read('a,b\n\n1,"x\ny"\r\n\r\n2,z')
    expect(records.map(({ line, cells }) => [line, cells])).toEqual([
      [1, ['a', 'b']],
      [3, ['1', 'x\ny']],
      [6, ['2', 'z']],
    ])
  })

  it.each([
    ['at the end', '1,"x\n2,y\n3,z\n', ['1,"x']],
    ['in the middle of a value', '1,ab\n2,x"y\n3,z\n', []],
    ['twice, far apart', '1,"x\n2,y\n3,"z\n4,w\n', ['1,"x', '3,"z']],
  ])('lose one row to a quote that is not closed, %s', async (_, text, broken) => {
    for (const size of [3, 1000]) {
      const records = await read(text, {
        size,
        isPlausible: (cells) => cells.length === 2 && !/["\n]/.test(cells.join()),
      })
      expect(records.filter((record) => record.broken).map(({ cells }) => cells.join(','))).toEqual(broken)
      expect(records.map(({ line }) => line)).toEqual(
        text
          .trim()
          .split('\n')
          .map((_line, at) => at + 1),
      )
    }
  })

  it('do not wait for the end of a file because of a quote', async () => {
    const text = `1,"x\n${'2,y\n'.repeat(500)}`
    const records = await read(text, { size: 16 })
    expect(records).toHaveLength(501)
    expect(records.filter(({ broken }) => broken)).toHaveLength(1)
  })

  it('may end in the carriage returns of old Macs', async () => {
    expect((await read('a;b\r1;2\r', { delimiter: ';' })).map(({ cells }) => cells)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
  })

  it.each([1, 2, 3, 100])('may end in any mixture of line breaks, in pieces of %i bytes', async (size) => {
    const ends = ['\r', '\n', '\r\n', '\r\r\n', '\r', '\r', '\r\n', '\n', '']
    const text = ends.map((end, at) => `${at},a${end}`).join('')
    expect(await cellsOf(text, size)).toEqual(ends.map((_, at) => [String(at), 'a']))
    const rows = ends.map((end, at) => `"${at}","a"${end}`).join('')
    expect(await cellsOf(rows, size)).toEqual(ends.map((_, at) => [String(at), 'a']))
  })

  it('say so when a line has no end', async () => {
    await expect(read('x'.repeat(5 * 1024 * 1024), { size: 262_144 })).rejects.toThrow('a line is longer than')
  })
})
