import type { TokenType } from '../../wire/record.ts'
import { readFlag, unreadableFlag } from '../flag.ts'
import { inexact, isLossy, isMembers, stringOf } from '../members.ts'
import type { Preset, VendorToken } from './preset.ts'

const types = new Map<string, TokenType>([
  ['ios', 'apns'],
  ['android', 'fcm'],
])
/** Braze's platforms that CleverTap has no token type for, and the web, whose keys Braze does not export. */
const others = ['web', 'kindle', 'fireos', 'fire os', 'huawei', 'macos', 'tvos', 'windows', 'windowsuniversal', 'roku']

const readToken = (token: unknown): VendorToken => {
  if (!isMembers(token)) return { values: {} }
  const type = stringOf(token.platform)
  const id = stringOf(token.token)
  if (others.includes(type.toLowerCase())) return { skip: 'other channel' }
  const isEnabled = readFlag(token.notifications_enabled, true)
  if (isEnabled === undefined) return { problem: unreadableFlag('notifications_enabled') }
  if (!isEnabled) return { skip: 'opted out' }
  if (isLossy(token.token)) return { problem: inexact('token') }
  return id === '' && Object.hasOwn(token, 'token') ? { skip: 'no token' } : { values: { type, id } }
}

/**
 * The users that Braze exports for `/users/export/segment` and `/users/export/ids`, one JSON object each, with a list
 * `push_tokens` if the user has any (https://www.braze.com/docs/api/endpoints/export/user_data/post_users_segment).
 */
export const braze: Preset = {
  vendor: 'Braze',
  name: 'a Braze export',
  formats: ['json'],
  isOne: (has) => has('braze_id') || (has('external_id') && (has('push_tokens') || has('devices'))),
  columns: { id: 'push_tokens[].token', type: 'push_tokens[].platform' },
  needed: ['push_tokens[].token', 'push_tokens[].platform'],
  advice:
    'export with push_tokens among fields_to_export, and where the first users have none, keep only the lines with push_tokens',
  user: 'external_id',
  types,
  read: ({ push_tokens: list }) =>
    Array.isArray(list)
      ? list.map((token: unknown, index) => ({ ...readToken(token), from: { list: 'push_tokens', index } }))
      : [],
}
