import { isPlainName } from './columns.ts'
import { ImportError } from './error.ts'
import type { FieldMap } from './field-map.ts'
import { isMembers, type Members, memberAt, pathsOf } from './members.ts'
import { areRejected } from './rejects-writing.ts'

/** Names of members for an error message. In a file that is not an export a name may be a token, so long names are not shown. */
export const listNames = (names: Iterable<string>): string =>
  [...names]
    .slice(0, 40)
    .map((name) => (name.length <= 40 ? JSON.stringify(name) : `(${name.length} characters)`))
    .join(', ')

/**
 * Checks the first objects of NDJSON or JSON, so that the import does not reject every row of a file for the same reason.
 *
 * @returns the member of each field: `map`, or a map of `id` or `endpoint` for flat records (no `tokenData`, as in a CSV file)
 * @throws ImportError (`usage`) that names the missing member, and lists those in the file.
 */
export const checkMembers = (records: readonly Members[], map: FieldMap, isJoined: boolean): FieldMap => {
  if (records.length === 0 || records.some(({ tokenData }) => isMembers(tokenData))) return map
  // Records from a file of rejected rows may lack any member; each is then rejected again.
  const isAgain = areRejected(records)
  const names = new Set(records.flatMap(Object.keys))
  const has = (path: string): boolean => records.some((record) => memberAt(record, path) !== undefined)
  for (const [field, path] of map)
    if (!has(path) && !isAgain)
      throw new ImportError('usage', `--map ${field}: there is no such member; the members are ${listNames(names)}`)
  const isMapped = map.size > 0 || isJoined
  const tokens = [...names].filter((name) => isPlainName('id', name) || isPlainName('endpoint', name))
  const areTokens = records.some(({ type }) => type === 'token')
  const isFlat = has('objectId') && !areTokens && tokens.length > 0
  const [nested] = isMapped || tokens.length > 0 ? [] : records.flatMap((record) => pathsOf(record, 'endpoint'))
  if (nested !== undefined) {
    const keys = nested.replace(/endpoint$/, 'keys')
    throw new ImportError(
      'usage',
      `its records have push subscriptions in a member that is not known; name it with --map endpoint=${nested},p256dh=${keys}.p256dh,auth=${keys}.auth`,
    )
  }
  const isGuessed = (isMapped || isFlat) && !map.has('id') && !map.has('endpoint')
  if (isGuessed && tokens.length > 1)
    throw new ImportError(
      'usage',
      `several members may be the token: ${listNames(tokens)}; choose one with --map id=MEMBER or --map endpoint=MEMBER`,
    )
  if (isFlat && !isMapped && tokens[0] === 'endpoint') return new Map([['endpoint', 'endpoint']])
  const isIdGone = isAgain && isMapped
  if ((isMapped || isFlat) && !map.has('endpoint') && !has(map.get('id') ?? 'id') && !isIdGone)
    throw new ImportError('usage', `no member is known as id among ${listNames(names)}; name it with --map id=MEMBER`)
  const areNone = isAgain && records.every(({ code }) => code === 524)
  if (!isMapped && !areTokens && !has('tokenData') && !has('objectId') && !areNone)
    throw new ImportError(
      'usage',
      `its records are neither CleverTap's nor those of a known export; their members are ${listNames(names)}: map them with --map objectId=MEMBER,id=MEMBER,type=MEMBER`,
    )
  return isFlat && !isMapped ? new Map([['id', 'id']]) : map
}
