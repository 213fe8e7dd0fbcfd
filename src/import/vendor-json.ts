import type { Format } from './format.ts'
import type { Head } from './head.ts'
import { type JsonOptions, jsonRows } from './json-rows.ts'
import { isMembers, type Members, memberAt } from './members.ts'
import type { Row } from './row.ts'
import { planVendor, type VendorOptions } from './vendor-rows.ts'
import type { Preset } from './vendors/preset.ts'
import { recognise } from './vendors/recognise.ts'

type Form = Parameters<typeof jsonRows>[1]
/** Reads records unchanged. */
const asWritten: JsonOptions = { map: new Map(), defaultType: undefined }
const formOf = (format: Format): Form => (format === 'json' ? 'document' : 'lines')

/** The objects at the beginning of an input. */
export const firstRecords = async ({ text }: Head, format: Format): Promise<readonly Members[]> => {
  const head = async function* () {
    yield Buffer.from(text)
  }
  const found: Members[] = []
  // The last object is cut off and is returned with a problem.
  for await (const rows of jsonRows(head(), formOf(format), asWritten))
    for (const { value, problem } of rows) if (problem === undefined && isMembers(value)) found.push(value)
  return found
}

/** The vendor whose export these records are. A file of rejected rows may also have records in CleverTap's format. */
export const recogniseRecords = (records: readonly Members[]): Preset | undefined => {
  const foreign = records.filter(({ tokenData }) => !isMembers(tokenData))
  return recognise('json', (path) => foreign.some((record) => memberAt(record, path) !== undefined), foreign)
}

/** Plans how to turn a vendor's records in NDJSON or JSON into rows of an import. */
export const planVendorRecords = (
  preset: Preset,
  records: readonly Members[],
  format: Format,
  options: VendorOptions,
): ((bytes: AsyncIterable<Uint8Array>) => AsyncIterable<readonly Row[]>) => {
  const { expand } = planVendor(preset, records, options)
  return async function* (bytes) {
    for await (const rows of jsonRows(bytes, formOf(format), asWritten)) yield rows.flatMap(expand)
  }
}
