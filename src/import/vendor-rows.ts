import { isPlainName } from './columns.ts'
import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import { type Field, mappedFields, readWebToken, recordOfFields, type TypeRules } from './fields.ts'
import { type Join, joinedObjectId } from './join.ts'
import { withOneOf } from './json-source.ts'
import { inexact, isLossy, isMembers, type Members, memberAt, pathsOf, stringOf } from './members.ts'
import { areRejected } from './rejects-writing.ts'
import type { Row } from './row.ts'
import type { Preset, VendorToken } from './vendors/preset.ts'

export interface VendorOptions extends TypeRules {
  map: FieldMap
  defaultType: string | undefined
  join: Join | undefined
  nowMs?: number
}

/** The dotted path for a name, which may be only the last part of the path. */
const resolve = (option: string, name: string, records: readonly Members[], advice = ''): string => {
  if (records.some((record) => memberAt(record, name) !== undefined)) return name
  const [path, second] = new Set(records.flatMap((record) => pathsOf(record, name)))
  if (second !== undefined)
    throw new ImportError('usage', `${option}: several members have the name ${name}: ${path} and ${second}`)
  // A file of rejected rows may lack the member in every row; that may be why they were rejected.
  if (path === undefined && areRejected(records)) return name
  if (path === undefined)
    throw new ImportError('usage', `${option}: there is no column or member ${name} in the import${advice}`)
  return path
}

/** The path of the objectId in a record: from `--map`, by a known name, or the join's key. */
const keyPath = (preset: Preset, records: readonly Members[], { map, join }: VendorOptions): string => {
  const mapped = map.get('objectId')
  if (join !== undefined)
    return resolve('--on', join.left, records, `; in ${preset.name} the user ID is usually ${preset.user}`)
  if (mapped !== undefined) return resolve('--map objectId', mapped, records)
  const plain = records.flatMap(Object.keys).find((name) => isPlainName('objectId', name))
  const path = plain ?? preset.columns.objectId
  if (path !== undefined) return path
  throw new ImportError(
    'usage',
    `this is ${preset.name}, which has no CleverTap IDs: take them from a second file with --join FILE --on ${preset.user}=COLUMN`,
  )
}

/**
 * Plans the reading of a vendor's records: each record becomes one row per token, or one row that is set aside.
 *
 * @param samples the first records, by which names are checked.
 * @throws ImportError (`usage`) when the records have no objectId and none is joined, or when they lack a named member.
 */
export const planVendor = (
  preset: Preset,
  samples: readonly Members[],
  options: VendorOptions,
): { key: string; expand: (row: Row) => readonly Row[] } => {
  const { defaultType, join, nowMs = Date.now() } = options
  const view = preset.view ?? ((record: Members) => record)
  const key = keyPath(preset, samples.map(view), options)
  const mapped = new Map(
    mappedFields.flatMap((field) => {
      const name = field === 'objectId' ? undefined : options.map.get(field)
      return name === undefined ? [] : [[field, resolve(`--map ${field}`, name, samples.map(view))] as const]
    }),
  )
  const rules: TypeRules = { ...options, typeMap: new Map([...preset.types, ...(options.typeMap ?? [])]) }

  const objectIdOf = (record: Members, written: string): string | Pick<Row, 'aside' | 'problem'> => {
    const value = memberAt(view(record), key)
    if (isLossy(value)) return { problem: inexact(key) }
    const text = stringOf(value)
    if (join === undefined) return text
    const joined = joinedObjectId(join, text, written, rules, defaultType)
    return typeof joined === 'string' ? joined : { aside: joined }
  }

  const rowOf = (row: Row, record: Members, token: VendorToken): Row => {
    const { values, skip, problem, usedAt, from } = token
    const source =
      from === undefined || typeof row.source !== 'string' ? row.source : withOneOf(row.source, from.list, from.index)
    const other = (what: Pick<Row, 'aside' | 'problem' | 'code'>): Row => ({
      line: row.line,
      value: undefined,
      source,
      ...what,
    })
    if (problem !== undefined) return other({ problem })
    if (skip !== undefined || values === undefined)
      return other({ aside: { kind: 'skipped', reason: skip ?? 'no token' } })
    const text = (field: Field): string => {
      const path = mapped.get(field)
      return path === undefined ? (values[field] ?? '') : stringOf(memberAt(view(record), path))
    }
    const [type, endpoint] = [text('type'), text('endpoint')]
    const web = endpoint === '' ? undefined : readWebToken(endpoint, rules)
    if (web !== undefined && !('id' in web)) return other(web)
    const objectId = objectIdOf(record, web?.type ?? type)
    if (typeof objectId !== 'string') return other(objectId)
    const value = recordOfFields(
      { objectId, type, id: text('id'), p256dh: text('p256dh'), auth: text('auth'), endpoint },
      defaultType,
      rules,
    )
    return { line: row.line, value, source, ...(usedAt !== undefined && { usedAt }) }
  }

  return {
    key,
    expand: (row) => {
      const { value } = row
      // A file of rejected rows may have records in CleverTap's format among the vendor's.
      if (row.problem !== undefined || !isMembers(value) || isMembers(value.tokenData)) return [row]
      const tokens = preset.read(value, nowMs)
      return (tokens.length === 0 ? [{ skip: 'no token' }] : tokens).map((token) => rowOf(row, value, token))
    },
  }
}
