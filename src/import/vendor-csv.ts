import { parse } from 'csv-parse/sync'
import { type Dialect, parseOptions } from './dialect.ts'
import { mappedFields } from './fields.ts'
import { unguard } from './formula-guard.ts'
import type { Members } from './members.ts'
import { planVendor, type VendorOptions } from './vendor-rows.ts'
import type { Preset } from './vendors/preset.ts'
import { recognise } from './vendors/recognise.ts'

const samples = 50

/** The vendor whose export a table is, by its header. */
export const recogniseTable = ({ header }: Dialect): Preset | undefined => {
  const names = header.map((name) => name.trim())
  const has = (path: string): boolean => names.includes(path) || names.includes(path.split('.')[0] ?? '')
  return recognise('csv', has, [Object.fromEntries(names.map((name) => [name, '']))])
}

/** Rows of a vendor's table as objects whose members are its columns, and how those become rows of an import. */
export const planVendorTable = (preset: Preset, head: string, dialect: Dialect, options: VendorOptions) => {
  const { header, delimiter, skip } = dialect
  const recordOf = (cells: readonly string[]): Members =>
    Object.fromEntries(header.map((name, at) => [name.trim(), unguard(cells[at]?.trim() ?? '')]))
  const first = (): Members[] => {
    try {
      // Without `columns` csv-parse returns rows of texts.
      const rows = parse(head, { ...parseOptions, delimiter, to: samples + skip, skip_empty_lines: true }) as string[][]
      return rows.slice(skip).map(recordOf)
    } catch {
      return []
    }
  }
  const { key, expand } = planVendor(preset, [recordOf([]), ...first()], options)
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
    make: (line: number, cells: readonly string[]) => expand({ line, value: recordOf(cells), source: cells }),
  }
}
