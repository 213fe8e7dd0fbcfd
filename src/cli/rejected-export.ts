import { fields } from '../import/fields.ts'
import { writingOf } from '../import/rejects-writing.ts'
import type { Shape } from '../import/row.ts'
import { sourceOf } from '../import/row-source.ts'
import { withoutNumber } from '../relay/clevertap/record-number.ts'
import type { Store } from '../relay/store/port.ts'
import type { TextOutput } from './io.ts'
import { rejectedPages } from './rejected-pages.ts'
import { writeAll } from './write-all.ts'

export const exportFormats = ['csv', 'ndjson', 'json'] as const
export type ExportFormat = (typeof exportFormats)[number]

const shapes: Readonly<Record<ExportFormat, Shape>> = {
  csv: { kind: 'csv', header: fields, delimiter: ',' },
  ndjson: { kind: 'ndjson' },
  json: { kind: 'json' },
}
const columns = Object.fromEntries(fields.map((field) => [field, field]))

/**
 * Writes every rejected row whose token was kept, with code and reason, in a format that `pushferry import` reads. Resolves to
 * the number of rows written, and the number of rows without a token because their sender was unproved.
 */
export const exportRejected = async (
  store: Pick<Store, 'rejected'>,
  account: string,
  { code, format }: { code: number | undefined; format: ExportFormat },
  output: TextOutput,
): Promise<{ rows: number; withoutToken: number }> => {
  const shape = shapes[format]
  const { start, between, end, row } = writingOf(shape)
  let rows = 0
  let withoutToken = 0
  await writeAll(output, start)
  for await (const page of rejectedPages(store, account, { code })) {
    let lines = ''
    for (const { objectId, token, error } of page) {
      if (token === null) {
        withoutToken++
        continue
      }
      const source = sourceOf({ shape, columns }, objectId, token)
      lines +=
        (rows++ > 0 ? between : '') +
        row({ line: undefined, source }, { code: error.code, reason: withoutNumber(error.message) })
    }
    await writeAll(output, lines)
  }
  // An empty JSON export is still a document; an empty NDJSON or CSV export has no rows.
  if (rows > 0 || format === 'json') await writeAll(output, end)
  return { rows, withoutToken }
}
