import { ImportError } from './error.ts'
import { type Field, fields } from './fields.ts'

/** Which column stands for which field, as it was asked for with `--map`. */
export type FieldMap = ReadonlyMap<Field, string>

const nextEntry = new RegExp(`,(?=\\s*(?:${fields.join('|')})\\s*=)`, 'i')

/**
 * Reads `objectId=ct_id,id=device_token`, given once or several times. A comma separates only where another field
 * follows, so that a column's name may have one.
 *
 * @throws ImportError (`usage`) for anything else, for an unknown field, and for a field that is mapped twice.
 */
export const readFieldMap = (texts: readonly string[]): FieldMap => {
  const map = new Map<Field, string>()
  for (const entry of texts.flatMap((text) => text.split(nextEntry))) {
    const [, name = '', column = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(entry) ?? []
    const field = fields.find((one) => one.toLowerCase() === name.toLowerCase())
    if (!field || column === '')
      throw new ImportError('usage', `--map is FIELD=COLUMN, with a field of ${fields.join(', ')}`)
    if (map.has(field)) throw new ImportError('usage', `--map names a column for ${field} twice`)
    map.set(field, column)
  }
  return map
}
