import type { TokenType } from '../../wire/record.ts'
import { readFlag, unreadableFlag } from '../flag.ts'
import { stringOf } from '../members.ts'
import type { Preset, VendorToken } from './preset.ts'

/** OneSignal's device types that CleverTap has a token type for. */
const types = new Map<string, TokenType>([
  ['0', 'apns'],
  ['1', 'fcm'],
  ['5', 'chrome'],
])
const columns = ['identifier', 'device_type', 'invalid_identifier', 'session_count', 'notification_types', 'web_p256']
/** Columns that mark `identifier` as OneSignal's, even if others were removed. OneSignal's `id` must never count as a token. */
const beside = ['device_type', 'invalid_identifier', 'external_user_id', 'notification_types']

/**
 * The CSV that OneSignal returns for `POST /players/csv_export`. `id` is OneSignal's own ID; `identifier` is the token, or the
 * endpoint of a web subscription (https://documentation.onesignal.com/reference/csv-export).
 */
export const oneSignal: Preset = {
  vendor: 'OneSignal',
  name: 'a OneSignal export',
  formats: ['csv'],
  names: [...columns, 'external_user_id', 'web_auth', 'last_active', 'tags'],
  isOne: (has) => columns.filter(has).length >= 3 || (has('identifier') && beside.some(has)),
  columns: { id: 'identifier', type: 'device_type', p256dh: 'web_p256', auth: 'web_auth' },
  needed: ['identifier', 'device_type', 'invalid_identifier'],
  advice: 'export with POST /players/csv_export, and do not rename its columns',
  user: 'external_user_id',
  types,
  read: (record): readonly VendorToken[] => {
    const cell = (name: string): string => stringOf(record[name])
    const identifier = cell('identifier')
    const type = cell('device_type')
    if (/^\d+$/.test(type) && !types.has(type)) return [{ skip: 'other channel' }]
    const isInvalid = readFlag(cell('invalid_identifier'))
    if (isInvalid === undefined) return [{ problem: unreadableFlag('invalid_identifier') }]
    if (isInvalid) return [{ skip: 'dead' }]
    // 1 and more: subscribed. 0: not permitted. Below: unsubscribed, revoked, or disabled by an operator.
    const subscribed = cell('notification_types')
    if (subscribed !== '' && Number(subscribed) <= 0) return [{ skip: 'opted out' }]
    if (identifier === '') return []
    const isWeb = identifier.startsWith('https://')
    return [
      {
        values: {
          type,
          ...(isWeb ? { endpoint: identifier } : { id: identifier }),
          p256dh: cell('web_p256'),
          auth: cell('web_auth'),
        },
        usedAt: record.last_active,
      },
    ]
  },
}
