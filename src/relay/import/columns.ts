import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import { type Field, fields } from './fields.ts'

/** Where each field stands in a row, counted from 0; a field without a column is left out. */
export type Columns = Readonly<Partial<Record<Field, number>>>

/** A name with nothing but its letters and digits, so that `Device Token`, `device_token` and `deviceToken` are one. */
const bare = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Names that plainly mean a field. Others have to be mapped. */
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
  auth: ['auth', 'authkey', 'authsecret', 'keysauth', 'keyauth', 'webauth', 'tokendatakeysauth'],
}

const places = (header: readonly string[], fits: (name: string) => boolean): number[] =>
  header.flatMap((name, at) => (fits(name.trim()) ? [at] : []))

/** The columns of a name: exactly it, else the same in other letters. */
const named = (header: readonly string[], wanted: string): number[] => {
  const exact = places(header, (name) => name === wanted)
  return exact.length > 0 ? exact : places(header, (name) => name.toLowerCase() === wanted.toLowerCase())
}

const guessed = (header: readonly string[], field: Field, isOurs: boolean): number[] => {
  const own = places(header, (name) => name === field)
  if (isOurs && own.length > 0) return own
  return places(header, (name) => meanings[field].includes(bare(name)))
}

/** How many fields a header seems to have: tells which of several readings of a line is the right one. */
export const countFields = (header: readonly string[], map: FieldMap): number =>
  fields.filter((field) => {
    const column = map.get(field)
    return (column === undefined ? guessed(header, field, true) : named(header, column)).length > 0
  }).length

const list = (header: readonly string[]): string => header.map((name) => JSON.stringify(name.slice(0, 60))).join(', ')

/**
 * Finds the column of each field: by `map`, else by its own name, else by a name that plainly means it.
 *
 * @throws ImportError (`usage`) when a column is missing, or when several might be meant; says which columns there are.
 */
export const findColumns = (header: readonly string[], map: FieldMap, defaultType: string | undefined): Columns => {
  const isOurs = ['objectId', 'id'].every((name) => places(header, (one) => one === name).length === 1)
  const found: Partial<Record<Field, number>> = {}
  for (const field of fields) {
    const wanted = map.get(field)
    const at = wanted === undefined ? guessed(header, field, isOurs) : named(header, wanted)
    const [first, second] = at
    if (second !== undefined)
      throw new ImportError(
        'usage',
        `several columns may be the ${field}: ${list(at.map((one) => header[one] ?? ''))}; say which with --map ${field}=COLUMN`,
      )
    if (first !== undefined) found[field] = first
    else if (wanted !== undefined)
      throw new ImportError('usage', `--map ${field}: there is no such column; the columns are ${list(header)}`)
  }
  const isAllChrome = found.type === undefined && defaultType === 'chrome'
  const needed: readonly Field[] = [
    'objectId',
    'id',
    ...(defaultType === undefined ? (['type'] as const) : []),
    ...(isAllChrome ? (['p256dh', 'auth'] as const) : []),
  ]
  const missing = needed.find((field) => found[field] === undefined)
  if (missing !== undefined)
    throw new ImportError(
      'usage',
      `no column is plainly the ${missing} among ${list(header)}, which is the first line; say which with --map ${missing}=COLUMN${missing === 'type' ? ', or give one type for all with --type' : ''}`,
    )
  return found
}
