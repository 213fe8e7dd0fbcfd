import { parse } from 'csv-parse/sync'
import { bare, namedColumns } from './columns.ts'
import { type Dialect, parseOptions } from './dialect.ts'
import { mappedFields } from './fields.ts'
import { unguard } from './formula-guard.ts'
import type { Members } from './members.ts'
import type { Row } from './row.ts'
import { planVendor, type VendorOptions } from './vendor-rows.ts'
import type { Preset } from './vendors/preset.ts'
import { presets } from './vendors/presets.ts'
import { recognise } from './vendors/recognise.ts'

const samples = 50

const known = presets.flatMap(({ names = [] }) => names)

/**
 * The columns by the vendors' own names, because spreadsheets and databases change the spelling. A column keeps its changed name
 * if another column already has the vendor's name.
 */
const vendorNames = (header: readonly string[]): readonly string[] => {
  const names = header.map((name) => name.trim())
  return names.map((name, at) => {
    const own = known.find((one) => bare(one) === bare(name))
    return own === undefined || names.includes(own) || names.findIndex((one) => bare(one) === bare(own)) < at
      ? name
      : own
  })
}

/** The first records of a table: objects whose members are the columns. The very first has all members, each empty. */
const firstRecords = (
  head: string,
  names: readonly string[],
  { delimiter, ltrim, skip }: Dialect,
): readonly Members[] => {
  const first = (): string[][] => {
    try {
      // The last line may be cut off. Without `columns` csv-parse returns rows of strings.
      return parse(head.slice(0, head.lastIndexOf('\n') + 1), {
        ...parseOptions,
        delimiter,
        ltrim,
        to: samples + skip,
        skip_empty_lines: true,
      }) as string[][]
    } catch {
      return []
    }
  }
  return [[], ...first().slice(skip)].map((cells) => recordOf(names, cells))
}

const recordOf = (names: readonly string[], cells: readonly string[]): Members =>
  Object.fromEntries(names.map((name, at) => [name, unguard(cells[at]?.trim() ?? '')]))

/** The vendor whose export a table is, by its header and first rows. */
export const recogniseTable = (head: string, dialect: Dialect): Preset | undefined => {
  const names = vendorNames(dialect.header)
  const has = (path: string): boolean => names.includes(path) || names.includes(path.split('.')[0] ?? '')
  return recognise('csv', has, firstRecords(head, names, dialect))
}

/** Plans how to turn the rows of a vendor's table into rows of an import. */
export const planVendorTable = (preset: Preset, head: string, dialect: Dialect, options: VendorOptions) => {
  const { header } = dialect
  const names = vendorNames(header)
  /** The vendor's name for a name that the user gives: the file's or the vendor's, perhaps followed by the path of a member. */
  const vendorName = (written: string): string => {
    const [first = '', ...path] = written.split('.')
    const [whole] = namedColumns(header, written)
    if (whole !== undefined) return names[whole] ?? written
    const [column] = namedColumns(header, first)
    return column === undefined ? written : [names[column], ...path].join('.')
  }
  const map = new Map([...options.map].map(([field, name]) => [field, vendorName(name)]))
  const join = options.join && { ...options.join, left: vendorName(options.join.left) }
  const { key, expand } = planVendor(preset, firstRecords(head, names, dialect), { ...options, map, join })
  const columns = Object.fromEntries(
    mappedFields.flatMap((field) => {
      const path = map.get(field) ?? preset.columns[field] ?? ''
      const at = [path, path.split('.')[0] ?? ''].map((name) => names.indexOf(name)).find((one) => one !== -1)
      return at === undefined ? [] : [[field, header[at] ?? '']]
    }),
  )
  const taken = new Set([...preset.needed, ...map.values(), key].flatMap((path) => [path, path.split('.')[0]]))
  return {
    columns,
    ours: names.flatMap((name, at) =>
      taken.has(name) || Object.values(columns).includes(header[at] ?? '') ? [at] : [],
    ),
    make: (line: number, cells: readonly string[], rows: Row[]): void => {
      rows.push(...expand({ line, value: recordOf(names, cells), source: cells }))
    },
  }
}
