import type { TokenType } from '../../wire/record.ts'
import type { CsvPreset } from './preset.ts'

/** OneSignal's device types that CleverTap has a token type for. */
const types = new Map<string, TokenType>([
  ['0', 'apns'],
  ['1', 'fcm'],
  ['5', 'chrome'],
])
const wanted = ['identifier', 'device_type', 'invalid_identifier']
const isYes = (cell: string): boolean => /^(?:t|true|1|yes)$/i.test(cell)

/**
 * The CSV that OneSignal makes of `POST /players/csv_export`. Its `id` is OneSignal's own and no token; `identifier` is the
 * token, or the endpoint of a web subscription (https://documentation.onesignal.com/reference/csv-export).
 */
export const oneSignal: CsvPreset = {
  name: 'a OneSignal export',
  isOne: (header) => wanted.every((name) => header.includes(name)),
  map: new Map([
    ['id', 'identifier'],
    ['type', 'device_type'],
    ['p256dh', 'web_p256'],
    ['auth', 'web_auth'],
  ]),
  typeMap: types,
  skip: (cell) => {
    if (!types.has(cell('device_type'))) return /^\d+$/.test(cell('device_type')) ? 'other channel' : undefined
    if (isYes(cell('invalid_identifier'))) return 'dead'
    if (cell('notification_types') === '-2') return 'opted out'
    return cell('identifier') === '' ? 'no token' : undefined
  },
}
