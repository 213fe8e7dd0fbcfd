import { mappedFields } from '../import/fields.ts'
import type { Plan } from '../import/plan.ts'
import type { RecordsRead } from '../import/read-records.ts'
import { count, counted } from '../relay/operations/status/view/words.ts'

const delimiterNames: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
  ' ': 'spaces',
}

const formatNames: Readonly<Record<Plan['format'], string>> = {
  csv: 'CSV',
  ndjson: 'NDJSON',
  json: 'JSON',
  empty: 'empty',
}

/** Describes in one line how an input will be read, so that the user sees a wrong guess before any row is stored. */
export const describePlan = (
  { input: { name, head }, format, columns, delimiter = '', vendor }: Plan,
  defaultType: string | undefined,
): string => {
  const { gzip, encoding } = head
  const whose = vendor === undefined ? '' : `${vendor.name}, by its ${format === 'csv' ? 'columns' : 'members'}: `
  const packed = `${gzip ? ', gzipped' : ''}${encoding === 'utf-8' ? '' : `, ${encoding.toUpperCase()}`}`
  if (!columns) {
    const paths = mappedFields.flatMap((field) => {
      const path = vendor?.columns[field]
      return path === undefined ? [] : [`${field} from ${path}`]
    })
    return `${name}: ${whose}${formatNames[format]}${packed}${paths.length > 0 ? `: ${paths.join(', ')}` : ''}\n`
  }
  const taken = mappedFields.flatMap((field) => {
    const column = columns[field]
    if (column !== undefined) return field === column ? [field] : [`${field} from ${JSON.stringify(column)}`]
    return field === 'type' && defaultType !== undefined ? [`type ${defaultType}`] : []
  })
  const rowType = columns.type !== undefined && defaultType !== undefined ? ` (${defaultType} if missing)` : ''
  const separators = delimiterNames[delimiter] ?? JSON.stringify(delimiter)
  return `${name}: ${whose}${formatNames[format]} with ${separators}${packed}: ${taken.join(', ')}${rowType}\n`
}

/** Describes a file of `--join` or `--export` in one line: its format, its records and the faults among them. */
export const describeRecords = (file: RecordsRead): string => {
  const { name, format, isProfileExport, records, unreadable, firstUnreadable, shortened } = file
  const whose = isProfileExport ? 'a CleverTap Profile Export: ' : ''
  const bad =
    unreadable > 0 ? `, ${count(unreadable)} of which cannot be read (the first in line ${firstUnreadable})` : ''
  const short =
    shortened > 0
      ? `, ${count(shortened)} of which match nothing, because a spreadsheet has shortened their key to scientific notation`
      : ''
  return `${name}: ${whose}${formatNames[format]}, ${counted(records, 'record')}${bad}${short}\n`
}
