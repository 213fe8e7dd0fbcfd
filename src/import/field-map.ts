import { type TokenType, tokenTypes } from '../wire/record.ts'
import { ImportError } from './error.ts'
import { type Field, mappedFields } from './fields.ts'

/** The columns that `--map` names, by field. */
export type FieldMap = ReadonlyMap<Field, string>

const nextEntry = new RegExp(`,(?=\\s*(?:${mappedFields.join('|')})\\s*=)`, 'i')

/**
 * Reads `objectId=ct_id,id=device_token`, given once or several times. A comma separates only if another field follows, so
 * that a column's name may contain a comma.
 *
 * @throws ImportError (`usage`) for anything else, for an unknown field, and for a field that is mapped twice.
 */
export const readFieldMap = (args: readonly string[]): FieldMap => {
  const map = new Map<Field, string>()
  for (const entry of args.flatMap((arg) => arg.split(nextEntry))) {
    const [, name = '', column = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(entry) ?? []
    const field = mappedFields.find((one) => one.toLowerCase() === name.toLowerCase())
    if (!field || column === '')
      throw new ImportError('usage', `--map is FIELD=COLUMN, with a field of ${mappedFields.join(', ')}`)
    if (map.has(field)) throw new ImportError('usage', `--map names a column for ${field} twice`)
    map.set(field, column)
  }
  return map
}

/**
 * Reads `0=apns,1=fcm`: foreign types and the token types for them.
 *
 * @throws ImportError (`usage`) for anything else, and for a type that is mapped twice.
 */
export const readTypeMap = (args: readonly string[]): ReadonlyMap<string, TokenType> => {
  const map = new Map<string, TokenType>()
  for (const entry of args.flatMap((arg) => arg.split(','))) {
    const [, foreign = '', name = ''] = /^\s*(.+?)\s*=\s*([^=]*?)\s*$/.exec(entry) ?? []
    const type = tokenTypes.find((one) => one === name.toLowerCase())
    if (foreign === '' || type === undefined)
      throw new ImportError('usage', `--map-type is FOREIGN=TYPE, with a type of ${tokenTypes.join(', ')}`)
    if (map.has(foreign.toLowerCase())) throw new ImportError('usage', `--map-type names a type for ${foreign} twice`)
    map.set(foreign.toLowerCase(), type)
  }
  return map
}
