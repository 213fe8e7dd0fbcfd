import { platformOf, platforms } from '../../wire/platform.ts'
import type { TokenType } from '../../wire/record.ts'
import { readFlag, unreadableFlag } from '../flag.ts'
import { isUnreadable, type Members, memberAt, stringOf, unreadableMember } from '../members.ts'
import { tokensOf } from '../profile-ids.ts'
import type { Preset, VendorToken } from './preset.ts'

/** The token type of each platform in a Profile Export, which does not name the type. */
const exportedTypes: readonly TokenType[] = ['fcm', 'apns', 'wns']
const typeOf = (objectId: string): TokenType | undefined =>
  exportedTypes.find((type) => platforms[type] === platformOf(objectId))

/** `MSG-push` is the choice for a device, `MSG-push-all` the choice for all devices of a user. */
const choices = ['MSG-push', 'MSG-push-all']

const read = (record: Members): readonly VendorToken[] => {
  const flat = stringOf(memberAt(record, 'device.token'))
  const ids = flat === '' ? tokensOf(record) : [flat]
  const type = typeOf(stringOf(record.clevertapId))
  if (ids.length === 0) return isUnreadable(record.device) ? [{ problem: unreadableMember('device') }] : []
  for (const name of choices) {
    const mayPush = readFlag(record[name], true)
    if (mayPush === undefined) return [{ problem: unreadableFlag(name) }]
    if (!mayPush) return [{ skip: 'opted out' }]
  }
  // Browsers have no prefix, and their keys are not exported.
  return ids.map((id) => (type === undefined ? { skip: 'other channel' } : { values: { type, id } }))
}

/**
 * CleverTap's own Profile Export, CSV or JSON, from another account. Either the profiles have the same CleverTap IDs in both
 * accounts, or `--join` gives the new IDs. In CSV `device` is a cell such as `{"token":"…"}`.
 */
export const clevertap: Preset = {
  vendor: 'CleverTap',
  name: 'a CleverTap Profile Export',
  formats: ['csv', 'json'],
  isOne: (has, shows) =>
    (has('clevertapId') && shows('device.token')) ||
    ['clevertapId', 'clevertapIds', 'all_identities', 'MSG-push', 'MSG-push-all', 'device'].filter(has).length >= 3,
  columns: { objectId: 'clevertapId', id: 'device.token' },
  names: ['clevertapId', 'clevertapIds', 'identity', 'all_identities', 'device', 'MSG-push', 'MSG-push-all'],
  needed: ['clevertapId', 'device.token'],
  advice:
    'export CleverTap ID and Device Token, and where the first profiles have no token, keep only those that have one',
  user: 'identity',
  types: new Map(),
  read,
}
