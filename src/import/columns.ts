import { tokenTypes } from '../wire/record.ts'
import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import { type Field, mappedFields } from './fields.ts'

/** The column of each field, counted from 0; a field without a column is left out. */
export type Columns = Readonly<Partial<Record<Field, number>>>

/** The letters and digits of a name, so that `Device Token`, `device_token` and `deviceToken` are the same. */
export const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** The names by which a field is recognised. Other names need `--map`. */
const meanings: Readonly<Record<Field, readonly string[]>> = {
  objectId: ['objectid', 'clevertapid', 'clevertapobjectid', 'ctid', 'ctobjectid'],
  type: ['type', 'tokentype', 'devicetokentype', 'pushtokentype'],
  id: [
    'id',
    'token',
    'tokenid',
    'devicetoken',
    'devicetokenid',
    'pushtoken',
    'pushtokenid',
    'registrationid',
    'registrationtoken',
    'regid',
    'fcmtoken',
    'gcmtoken',
    'apnstoken',
    'tokendataid',
  ],
  p256dh: ['p256dh', 'p256dhkey', 'keysp256dh', 'keyp256dh', 'webp256dh', 'tokendatakeysp256dh'],
  endpoint: ['endpoint', 'endpointurl', 'pushendpoint', 'subscriptionendpoint'],
  auth: ['auth', 'authkey', 'authsecret', 'keysauth', 'keyauth', 'webauth', 'tokendatakeysauth'],
}

/** Whether a field is recognised by this name. */
export const isPlainName = (field: Field, name: string): boolean => meanings[field].includes(bare(name))

const positions = (header: readonly string[], fits: (name: string) => boolean): number[] =>
  header.flatMap((name, at) => (fits(name.trim()) ? [at] : []))

/** The columns with a name: exact matches, else matches in another letter case, else the column at a position such as `#3`. */
export const namedColumns = (header: readonly string[], wanted: string): number[] => {
  const exact = positions(header, (name) => name === wanted)
  const alike = exact.length > 0 ? exact : positions(header, (name) => name.toLowerCase() === wanted.toLowerCase())
  const [, position] = /^#(\d+)$/.exec(wanted) ?? []
  return alike.length === 0 && position !== undefined && header[Number(position) - 1] !== undefined
    ? [Number(position) - 1]
    : alike
}

const guessed = (header: readonly string[], field: Field, isOurs: boolean): number[] => {
  const own = positions(header, (name) => name === field)
  // Many tables number their rows in a column `id`. If there is another token column, the user must decide.
  if (isOurs && own.length > 0 && field !== 'id') return own
  return positions(header, (name) => isPlainName(field, name))
}

/** The column of one field, by `map` or by its name; undefined when there is none, or several. */
export const findColumn = (header: readonly string[], field: Field, map: FieldMap): number | undefined => {
  const wanted = map.get(field)
  const [first, second] = wanted === undefined ? guessed(header, field, true) : namedColumns(header, wanted)
  return second === undefined ? first : undefined
}

/** Number of fields that a header seems to have. Of several ways to split a line, the one with the most fields is right. */
export const countFields = (header: readonly string[], map: FieldMap): number =>
  mappedFields.filter((field) => {
    const column = map.get(field)
    return (column === undefined ? guessed(header, field, true) : namedColumns(header, column)).length > 0
  }).length

/** Whether a string can be the name of a column: words, and shorter than a token. */
const isName = (name: string): boolean => /^_?[\p{L}$#][\p{L}\p{N} ._:/()#$&-]{0,39}$/u.test(name.trim())

/** The first line for an error message. In a file without a header it is a row, so cells that may be tokens are not shown. */
export const listColumns = (header: readonly string[]): string =>
  header.map((name) => (isName(name) ? JSON.stringify(name) : `(${name.length} characters)`)).join(', ')

/** Whether a first line is a row and not a header: exactly one cell is a token type, and no cell names a field. */
const isRow = (header: readonly string[], map: FieldMap): boolean =>
  positions(header, (name) => tokenTypes.some((type) => type === name.toLowerCase())).length === 1 &&
  countFields(header, map) === 0

const advice = (header: readonly string[], map: FieldMap, missing: Field): string => {
  if (isRow(header, map))
    return 'the first line looks like a row and must name the columns: put a line such as objectId,type,id,p256dh,auth before it'
  if (header.some((name) => name.includes('\uFFFD')))
    return 'the first line, which must name the columns, is not UTF-8: save the file as UTF-8, plain or gzipped'
  return `no column is known as ${missing} among ${listColumns(header)}, which is the first line; name it with --map ${missing}=COLUMN${missing === 'type' ? ', or give one type for all with --type' : ''}`
}

/**
 * Finds the column of each field: by `map`, else by the field's own name, else by another known name.
 *
 * @throws ImportError (`usage`) when a column is missing or several fit; the message lists the columns.
 */
export const findColumns = (
  header: readonly string[],
  map: FieldMap,
  defaultType: string | undefined,
  isJoined = false,
): Columns => {
  const isOurs = ['objectId', 'id'].every((name) => positions(header, (one) => one === name).length === 1)
  const found: Partial<Record<Field, number>> = {}
  for (const field of mappedFields) {
    const wanted = map.get(field)
    const at = wanted === undefined ? guessed(header, field, isOurs) : namedColumns(header, wanted)
    const [first, second] = at
    if (second !== undefined)
      throw new ImportError(
        'usage',
        `several columns may be the ${field}: ${at.map((one) => `${listColumns([header[one] ?? ''])} (#${one + 1})`).join(', ')}; choose one with --map ${field}=COLUMN, by name or as #${first === undefined ? 1 : first + 1} by position`,
      )
    if (first !== undefined) found[field] = first
    else if (wanted !== undefined)
      throw new ImportError('usage', `--map ${field}: there is no such column; the columns are ${listColumns(header)}`)
  }
  const { id, endpoint } = found
  if (id !== undefined && endpoint !== undefined) {
    if (map.has('id') === map.has('endpoint'))
      throw new ImportError(
        'usage',
        `two columns may be the token: ${listColumns([header[id] ?? '', header[endpoint] ?? ''])}; choose one with --map id=COLUMN or --map endpoint=COLUMN`,
      )
    delete found[map.has('id') ? 'endpoint' : 'id']
  }
  const isWeb = found.endpoint !== undefined
  const isAllChrome = isWeb || (found.type === undefined && defaultType === 'chrome')
  const needed: readonly Field[] = [
    ...(isJoined ? [] : (['objectId'] as const)),
    ...(isWeb ? [] : (['id'] as const)),
    ...(defaultType === undefined && !isWeb ? (['type'] as const) : []),
    ...(isAllChrome ? (['p256dh', 'auth'] as const) : []),
  ]
  const missing = needed.find((field) => found[field] === undefined)
  if (missing !== undefined) throw new ImportError('usage', advice(header, map, missing))
  return found
}
