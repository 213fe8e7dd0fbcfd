import type { Format } from './format.ts'
import type { Head } from './head.ts'
import { jsonRows } from './json-rows.ts'
import { isMembers, type Members, memberAt } from './members.ts'
import type { Row } from './row.ts'
import { planVendor, type VendorOptions } from './vendor-rows.ts'
import type { Preset } from './vendors/preset.ts'
import { recognise } from './vendors/recognise.ts'

type Form = Parameters<typeof jsonRows>[1]
const formOf = (format: Format): Form => (format === 'json' ? 'document' : 'lines')

/** The objects at the beginning of an input that are no records of ours. */
export const foreignRecords = async ({ text }: Head, format: Format): Promise<readonly Members[]> => {
  const head = async function* () {
    yield Buffer.from(text)
  }
  const found: Members[] = []
  // The last one is cut off, and comes out with that problem.
  for await (const rows of jsonRows(head(), formOf(format), new Map(), undefined))
    for (const { value, problem } of rows)
      if (problem === undefined && isMembers(value) && !isMembers(value.tokenData)) found.push(value)
  return found
}

/** The vendor whose export these records are. */
export const recogniseRecords = (records: readonly Members[]): Preset | undefined =>
  recognise('json', (path) => records.some((record) => memberAt(record, path) !== undefined), records)

/** How a vendor's records in NDJSON or JSON become rows of an import. */
export const planVendorRecords = (
  preset: Preset,
  records: readonly Members[],
  format: Format,
  options: VendorOptions,
): ((bytes: AsyncIterable<Uint8Array>) => AsyncIterable<readonly Row[]>) => {
  const { expand } = planVendor(preset, records, options)
  return async function* (bytes) {
    for await (const rows of jsonRows(bytes, formOf(format), new Map(), undefined)) yield rows.flatMap(expand)
  }
}
