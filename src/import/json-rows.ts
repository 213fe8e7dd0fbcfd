import { byteLines } from './byte-lines.ts'
import type { FieldMap } from './field-map.ts'
import { type Field, mappedFields, readWebToken, recordOfFields, type TypeRules } from './fields.ts'
import { type JsonPiece, jsonValues } from './json-values.ts'
import type { Row } from './row.ts'

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''

/** A number that JSON.parse has rounded, or might have: two IDs may have become one. */
const isLossy = (value: unknown): boolean => typeof value === 'number' && !Number.isSafeInteger(value)

/** The record in a value: as it is, or put together from the members that `map` names. */
const recordIn = (value: unknown, map: FieldMap, defaultType: string | undefined, rules: TypeRules): unknown => {
  if (!isObject(value)) return value
  const { tokenData } = value
  if (!isObject(tokenData)) {
    if (map.size === 0) return value
    const text = (field: Field): string => textOf(value[map.get(field) ?? field])
    const texts = {
      objectId: text('objectId'),
      type: text('type'),
      id: text('id'),
      p256dh: text('p256dh'),
      auth: text('auth'),
      endpoint: map.has('endpoint') ? text('endpoint') : '',
    }
    return recordOfFields(texts, defaultType, rules)
  }
  const mapped = map.get('objectId')
  const hasType = tokenData.type !== undefined && tokenData.type !== null && tokenData.type !== ''
  return {
    ...value,
    ...(mapped === undefined ? {} : { objectId: value[mapped] }),
    ...(hasType || defaultType === undefined ? {} : { tokenData: { ...tokenData, type: defaultType } }),
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

const rowOf = (
  { line, bytes, cut }: JsonPiece,
  map: FieldMap,
  defaultType: string | undefined,
  rules: TypeRules,
): Row => {
  const unreadable = (problem: string): Row => ({ line, value: undefined, problem, source: bytes.toString('utf8') })
  if (cut === 'end') return unreadable('the document ends in the middle of it: was the file cut off?')
  if (cut === 'length') return unreadable('it is longer than a record can be')
  let source: string
  try {
    source = decoder.decode(bytes)
  } catch {
    return unreadable('it is not UTF-8')
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(source)
  } catch {
    return unreadable('it is not JSON')
  }
  const lossy = mappedFields.find((field) => isObject(parsed) && isLossy(parsed[map.get(field) ?? field]))
  if (lossy !== undefined)
    return unreadable(`the ${lossy} is a number that is not exact in JSON: export it as a string, in quotes`)
  const endpoint = map.get('endpoint')
  const web = endpoint !== undefined && isObject(parsed) ? textOf(parsed[endpoint]) : ''
  const read = web === '' ? undefined : readWebToken(web, rules)
  if (typeof read === 'string') return unreadable(read)
  return { line, value: recordIn(parsed, map, defaultType, rules), source }
}

/**
 * Reads records that stand one in a line (`lines`), or in a JSON document (`document`). With a map, a record may also be
 * an object of plain members, such as `{"ct_id": "…", "token": "…"}`, without `tokenData`.
 */
export const jsonRows = async function* (
  bytes: AsyncIterable<Uint8Array>,
  form: 'lines' | 'document',
  map: FieldMap,
  defaultType: string | undefined,
  rules: TypeRules = {},
): AsyncGenerator<readonly Row[]> {
  for await (const pieces of form === 'lines' ? byteLines(bytes) : jsonValues(bytes))
    yield pieces.map((piece) => rowOf(piece, map, defaultType, rules))
}
