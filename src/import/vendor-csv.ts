import { parse } from 'csv-parse/sync'
import { type Dialect, parseOptions } from './dialect.ts'
import { mappedFields } from './fields.ts'
import { unguard } from './formula-guard.ts'
import type { Members } from './members.ts'
import type { Row } from './row.ts'
import { planVendor, type VendorOptions } from './vendor-rows.ts'
import type { Preset } from './vendors/preset.ts'
import { recognise } from './vendors/recognise.ts'

const samples = 50

/** The first records of a table: objects whose members are the columns. The very first has all members, each empty. */
const firstRecords = (head: string, { header, delimiter, skip }: Dialect): readonly Members[] => {
  const first = (): string[][] => {
    try {
      // The last line may be cut off. Without `columns` csv-parse returns rows of strings.
      return parse(head.slice(0, head.lastIndexOf('\n') + 1), {
        ...parseOptions,
        delimiter,
        to: samples + skip,
        skip_empty_lines: true,
      }) as string[][]
    } catch {
      return []
    }
  }
  return [[], ...first().slice(skip)].map((cells) => recordOf(header, cells))
}

const recordOf = (header: readonly string[], cells: readonly string[]): Members =>
  Object.fromEntries(header.map((name, at) => [name.trim(), unguard(cells[at]?.trim() ?? '')]))

/** The vendor whose export a table is, by its header and first rows. */
export const recogniseTable = (head: string, dialect: Dialect): Preset | undefined => {
  const names = dialect.header.map((name) => name.trim())
  const has = (path: string): boolean => names.includes(path) || names.includes(path.split('.')[0] ?? '')
  return recognise('csv', has, firstRecords(head, dialect))
}

/** Plans how to turn the rows of a vendor's table into rows of an import. */
export const planVendorTable = (preset: Preset, head: string, dialect: Dialect, options: VendorOptions) => {
  const { header } = dialect
  const { key, expand } = planVendor(preset, firstRecords(head, dialect), options)
  const columns = Object.fromEntries(
    mappedFields.flatMap((field) => {
      const [name = ''] = (options.map.get(field) ?? preset.columns[field] ?? '').split('.')
      return header.includes(name) ? [[field, name]] : []
    }),
  )
  const taken = new Set([...Object.values(columns), ...preset.needed, key].map((path) => path.split('.')[0]))
  return {
    columns,
    ours: header.flatMap((name, at) => (taken.has(name.trim()) ? [at] : [])),
    make: (line: number, cells: readonly string[], rows: Row[]): void => {
      rows.push(...expand({ line, value: recordOf(header, cells), source: cells }))
    },
  }
}
