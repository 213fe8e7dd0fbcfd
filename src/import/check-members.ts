import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import { isMembers, type Members, memberAt } from './members.ts'

/** Members for an error message. A name may be anything in a file that is no export, a token too. */
export const listNames = (names: Iterable<string>): string =>
  [...names]
    .slice(0, 40)
    .map((name) => (name.length <= 40 ? JSON.stringify(name) : `(${name.length} characters)`))
    .join(', ')

const ours = ['type', 'tokenData', 'objectId']

/**
 * Checks that NDJSON or JSON can be read, by the objects at its beginning: else every row of a file would be refused for
 * the same reason.
 *
 * @throws ImportError (`usage`) that names the missing member, and lists those in the file.
 */
export const checkMembers = (records: readonly Members[], map: FieldMap, isJoined: boolean): void => {
  if (records.length === 0 || records.some(({ tokenData }) => isMembers(tokenData))) return
  const names = new Set(records.flatMap(Object.keys))
  const has = (path: string): boolean => records.some((record) => memberAt(record, path) !== undefined)
  for (const [field, path] of map)
    if (!has(path))
      throw new ImportError('usage', `--map ${field}: there is no such member; the members are ${listNames(names)}`)
  const isMapped = map.size > 0 || isJoined
  if (isMapped && !map.has('endpoint') && !has(map.get('id') ?? 'id'))
    throw new ImportError(
      'usage',
      `no member is plainly the id among ${listNames(names)}; say which with --map id=MEMBER`,
    )
  if (!isMapped && !ours.some(has))
    throw new ImportError(
      'usage',
      `its records are neither CleverTap's nor those of an export that is known; their members are ${listNames(names)}: say which are which with --map objectId=MEMBER,id=MEMBER,type=MEMBER`,
    )
}
