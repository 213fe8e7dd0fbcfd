import { Readable } from 'node:stream'
import { readFieldMap } from '../../src/import/field-map.ts'
import { openInput } from '../../src/import/input.ts'
import { type Plan, planInput } from '../../src/import/plan.ts'

/** The plan for an input: a text from a pipe, or the file at a path. */
export const planned = async (
  source: { text: string } | { path: string },
  { maps = [] as string[], type = undefined as string | undefined } = {},
): Promise<Plan> => {
  const isText = 'text' in source
  const input = await openInput(isText ? '-' : source.path, Readable.from(isText ? [source.text] : []))
  return await planInput(input, { map: readFieldMap(maps), defaultType: type })
}
