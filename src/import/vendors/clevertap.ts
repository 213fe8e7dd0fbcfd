import type { TokenType } from '../../wire/record.ts'
import { readFlag, unreadableFlag } from '../flag.ts'
import { type Members, memberAt, stringOf } from '../members.ts'
import type { Preset, VendorToken } from './preset.ts'

/** The token type by the prefix of the CleverTap ID, because a Profile Export does not name the type. */
const typeOf = (objectId: string): TokenType | undefined => {
  if (objectId.startsWith('__')) return 'fcm'
  if (objectId.startsWith('-')) return 'apns'
  return objectId.startsWith('~') ? 'wns' : undefined
}

const read = (record: Members): VendorToken => {
  const id = stringOf(memberAt(record, 'device.token'))
  const type = typeOf(stringOf(record.clevertapId))
  if (id === '') return { skip: 'no token' }
  const written = record['MSG-push'] ?? ''
  const mayPush = written === '' || readFlag(written)
  if (mayPush === undefined) return { problem: unreadableFlag('MSG-push') }
  if (!mayPush) return { skip: 'opted out' }
  // Browsers have no prefix, and their keys are not exported.
  return type === undefined ? { skip: 'other channel' } : { values: { type, id } }
}

/**
 * CleverTap's own Profile Export, CSV or JSON, from another account. The profiles have the same CleverTap IDs in both accounts, or
 * are joined. In CSV `device` is a cell such as `{"token":"…"}`.
 */
export const clevertap: Preset = {
  vendor: 'CleverTap',
  name: 'a CleverTap Profile Export',
  formats: ['csv', 'json'],
  isOne: (has) =>
    ['clevertapId', 'clevertapIds', 'all_identities', 'MSG-push', 'MSG-push-all', 'device'].filter(has).length >= 3,
  columns: { objectId: 'clevertapId', id: 'device.token' },
  needed: ['clevertapId', 'device.token'],
  advice:
    'export CleverTap ID and Device Token, and where the first profiles have no token, keep only those that have one',
  user: 'identity',
  types: new Map(),
  read: (record) => [read(record)],
}
