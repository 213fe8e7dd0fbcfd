import { isPlainName } from './columns.ts'
import { isMembers, type Members } from './members.ts'

/** The items of a list. Tables write lists as `["a", "b"]`, and CleverTap's exports also as `[a,b]`. */
export const itemsOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  if (value === undefined || value === null || value === '') return []
  const [, inner] = typeof value === 'string' ? (/^\s*\[(.*)\]\s*$/s.exec(value) ?? []) : []
  if (inner === undefined) return [value]
  try {
    const parsed: unknown = JSON.parse(`[${inner}]`)
    if (Array.isArray(parsed)) return parsed
  } catch {
    // The items have no quotes.
  }
  return inner.split(',').map((item) => item.trim())
}

/** The members of a Profile Export with a profile's current CleverTap ID, and with all its IDs. */
const oneId = 'clevertapId'
const allIds = 'clevertapIds'

/** Whether a record comes from a CleverTap Profile Export. */
export const isExported = (record: Members): boolean =>
  (oneId in record || allIds in record) && ('identity' in record || 'all_identities' in record || 'device' in record)

/** The member that is recognised as the objectId; undefined when there is none, or several. */
export const objectIdName = (names: readonly string[]): string | undefined => {
  const plain = names.filter((name) => isPlainName('objectId', name))
  return plain.length === 1 ? plain[0] : undefined
}

/** The distinct CleverTap IDs of a profile, from the member `name` and from the list of a Profile Export. */
export const objectIdsOf = (record: Members, name = oneId): ReadonlySet<unknown> =>
  new Set([...itemsOf(record[name]), ...itemsOf(record[allIds])])

const tokensIn = (device: unknown): readonly unknown[] =>
  Array.isArray(device) ? device.flatMap(tokensIn) : isMembers(device) ? itemsOf(device.token) : []

/** The tokens of a profile in a Profile Export: `device` is an object with a `token`, in CSV as JSON. */
export const tokensOf = ({ device }: Members): readonly string[] => {
  let read: unknown = device
  try {
    if (typeof device === 'string') read = JSON.parse(device)
  } catch {
    return []
  }
  return tokensIn(read).flatMap((token) => (typeof token === 'string' && token !== '' ? [token] : []))
}
