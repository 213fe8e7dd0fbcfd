import { isPlaceholder } from '../wire/placeholder.ts'
import { byteLines } from './byte-lines.ts'
import type { FieldMap } from './field-map.ts'
import { type Field, mappedFields, readWebToken, recordOfFields, type TypeRules } from './fields.ts'
import { createMemberFinder } from './find-member.ts'
import { type Join, joinedObjectId } from './join.ts'
import { type JsonPiece, jsonValues } from './json-values.ts'
import { inexact, isLossy, isMembers, memberAt, stringOf } from './members.ts'
import { rowInText } from './rejects-writing.ts'
import type { Row } from './row.ts'

export interface JsonOptions extends TypeRules {
  map: FieldMap
  /** The type of rows without one. */
  defaultType: string | undefined
  join?: Join | undefined
}

/** The member of a field. */
const fieldIn = (value: unknown, field: Field, map: FieldMap): unknown => memberAt(value, map.get(field) ?? field)

/** Whether a key is empty or a placeholder, as exporters write for native tokens. */
const isEmpty = (key: unknown): boolean => key === null || key === '' || (typeof key === 'string' && isPlaceholder(key))

/** The record in a value: unchanged, or made from the members that `map` names, with `joined` as its objectId. */
const recordIn = (value: unknown, joined: string | undefined, { map, defaultType, ...rules }: JsonOptions): unknown => {
  if (!isMembers(value)) return value
  const { tokenData } = value
  if (!isMembers(tokenData)) {
    if (map.size === 0 && joined === undefined) return value
    const text = (field: Field): string => stringOf(fieldIn(value, field, map))
    const values = {
      objectId: joined ?? text('objectId'),
      type: text('type'),
      id: text('id'),
      p256dh: text('p256dh'),
      auth: text('auth'),
      endpoint: map.has('endpoint') ? text('endpoint') : '',
    }
    return recordOfFields(values, defaultType, rules)
  }
  const mapped = map.get('objectId')
  const { keys, ...withoutKeys } = tokenData
  const ownToken = isMembers(keys) && Object.values(keys).every(isEmpty) ? withoutKeys : tokenData
  const hasType = tokenData.type !== undefined && tokenData.type !== null && tokenData.type !== ''
  return {
    ...value,
    ...(mapped === undefined ? {} : { objectId: memberAt(value, mapped) }),
    ...(joined === undefined ? {} : { objectId: joined }),
    tokenData: hasType || defaultType === undefined ? ownToken : { ...ownToken, type: defaultType },
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })
const notUtf8 = 'it is not UTF-8'

type Parsed = { source: string; value: unknown } | { source: string; problem: string }

const parseText = (source: string): Parsed => {
  try {
    return { source, value: JSON.parse(source) as unknown }
  } catch {
    return { source, problem: 'it is not JSON' }
  }
}

/** The value of a piece, or why it cannot be read. */
const parse = ({ bytes, cut }: JsonPiece): Parsed => {
  const unreadable = (problem: string): Parsed => ({ source: bytes.toString('utf8'), problem })
  if (cut === 'end') return unreadable('the document ends inside this record: was the file cut off?')
  if (cut === 'length') return unreadable('it is too long for a record')
  let source: string
  try {
    source = decoder.decode(bytes)
  } catch {
    return unreadable(notUtf8)
  }
  const parsed = parseText(source)
  // A file of rejected rows holds a row that was not an object as a string.
  const text = 'value' in parsed ? rowInText(parsed.value) : undefined
  if (text === undefined) return parsed
  return text.includes('\uFFFD') ? { source: text, problem: notUtf8 } : parseText(text)
}

/** Makes the function that turns a piece into a row. */
const createRowReader = (options: JsonOptions): ((piece: JsonPiece) => Row) => {
  const { map, defaultType, join, ...rules } = options
  const finder = join && createMemberFinder(join.left, '--on')
  const typeIn = (value: unknown): string =>
    stringOf(isMembers(value) && isMembers(value.tokenData) ? value.tokenData.type : fieldIn(value, 'type', map))

  return (piece) => {
    const { line } = piece
    const parsed = parse(piece)
    const { source } = parsed
    const unreadable = (problem: string): Row => ({ line, value: undefined, problem, source })
    if ('problem' in parsed) return unreadable(parsed.problem)
    const { value } = parsed
    const lossy = mappedFields.find((field) => isMembers(value) && isLossy(fieldIn(value, field, map)))
    if (lossy !== undefined) return unreadable(inexact(lossy))
    const endpoint = map.has('endpoint') ? stringOf(fieldIn(value, 'endpoint', map)) : ''
    const web = endpoint === '' ? undefined : readWebToken(endpoint, rules)
    if (web !== undefined && !('id' in web)) return { line, value: undefined, source, ...web }
    if (join === undefined || finder === undefined || !isMembers(value))
      return { line, value: recordIn(value, undefined, options), source }
    const key = finder.find(value)
    if (isLossy(key)) return unreadable(inexact(join.left))
    const joined = joinedObjectId(join, stringOf(key), web?.type ?? typeIn(value), rules, defaultType)
    return typeof joined === 'string'
      ? { line, value: recordIn(value, joined, options), source }
      : { line, value: undefined, aside: joined, source }
  }
}

/**
 * Reads records, one on each line (`lines`) or in a JSON document (`document`). With a map or a join, a record may
 * also be an object of plain members, such as `{"ct_id": "…", "token": "…"}`, without `tokenData`.
 */
export const jsonRows = async function* (
  bytes: AsyncIterable<Uint8Array>,
  form: 'lines' | 'document',
  options: JsonOptions,
): AsyncGenerator<readonly Row[]> {
  const rowOf = createRowReader(options)
  for await (const pieces of form === 'lines' ? byteLines(bytes) : jsonValues(bytes)) yield pieces.map(rowOf)
}
