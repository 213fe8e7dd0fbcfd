import { Readable } from 'node:stream'
import { readFieldMap } from '../../src/import/field-map.ts'
import { openInput } from '../../src/import/input.ts'
import { type Plan, planInput } from '../../src/import/plan.ts'

/** A text as an input, planned: as a pipe, or as the file of a path. */
export const planned = async (
  source: { text: string } | { path: string },
  { maps = [] as string[], type = undefined as string | undefined } = {},
): Promise<Plan> => {
  const isText = 'text' in source
  const input = await openInput(isText ? '-' : source.path, Readable.from(isText ? [source.text] : []))
  return await planInput(input, { map: readFieldMap(maps), defaultType: type })
}
