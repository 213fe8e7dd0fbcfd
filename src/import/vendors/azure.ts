import type { TokenType } from '../../wire/record.ts'
import { isPast } from '../expiry.ts'
import { readFlag, unreadableFlag } from '../flag.ts'
import { isUnreadable, type Members, memberAt, stringOf, unreadableMember } from '../members.ts'
import type { Preset, VendorToken } from './preset.ts'

/** Tags such as `user:42` as members, including `$UserId`, the tag with a user ID. */
const tagsOf = (tags: unknown): Members => {
  const list = Array.isArray(tags) ? tags : stringOf(tags).split(',')
  const pairs = list.flatMap((tag: unknown) => {
    const [, name = '', value = ''] = /^\s*(\$?[^:]+):(.*?)\s*$/.exec(stringOf(tag)) ?? []
    return name === '' ? [] : [[name, value.replace(/^\{(.*)\}$/, '$1')] as const]
  })
  return Object.fromEntries(pairs)
}

const types = new Map<string, TokenType>([
  ['gcm', 'fcm'],
  ['fcmv1', 'fcm'],
  ['apple', 'apns'],
  ['apns', 'apns'],
  ['windows', 'wns'],
  ['wns', 'wns'],
  ['mpns', 'mpns'],
])
/** Azure's platforms that CleverTap has no token type for. */
const others = ['adm', 'baidu', 'xiaomi']
/** The members with the token of a registration; an installation has it in `pushChannel`. */
const nativeTokens = ['gcmRegistrationId', 'fcmV1RegistrationId', 'deviceToken', 'channelUri', 'pushChannel']

const readBrowser = (record: Members): VendorToken => {
  const at = (name: string): string => stringOf(memberAt(record, `pushChannel.${name}`) ?? record[name])
  const endpoint = at('endpoint')
  if (endpoint !== '') return { values: { endpoint, p256dh: at('p256dh'), auth: at('auth') } }
  return isUnreadable(record.pushChannel) ? { problem: unreadableMember('pushChannel') } : { skip: 'no token' }
}

const readRegistration = (record: Members, nowMs: number): VendorToken => {
  const kind = stringOf(record.kind ?? record.type ?? record.platform)
    .toLowerCase()
    .replace(/template$/, '')
  if (others.includes(kind)) return { skip: 'other channel' }
  const isExpired = readFlag(record.expiredPushChannel)
  if (isExpired === undefined) return { problem: unreadableFlag('expiredPushChannel') }
  if (isExpired || isPast(record.expirationTime, nowMs)) return { skip: 'dead' }
  if (kind === '' || kind === 'browser') return readBrowser(record)
  const id = nativeTokens.map((name) => stringOf(record[name])).find((token) => token !== '')
  return id === undefined ? { skip: 'no token' } : { values: { type: kind, id } }
}

const isRegistration = (has: (path: string) => boolean): boolean =>
  (has('registrationId') && ['kind', 'type', 'endpoint', 'etag', 'p256dh'].some(has)) ||
  (has('installationId') && ['platform', 'pushChannel'].some(has))
const browserMembers = ['endpoint', 'p256dh', 'auth'].flatMap((name) => [name, `pushChannel.${name}`])

/**
 * Registrations and installations of Azure Notification Hubs, one object each, as its SDKs and its REST API for installations have
 * them (https://learn.microsoft.com/azure/notification-hubs/browser-push). For an input with browsers among its first records.
 */
export const azure: Preset = {
  vendor: 'Azure Notification Hubs',
  name: 'a list of Azure Notification Hubs registrations',
  formats: ['json'],
  isOne: (has) => isRegistration(has) && browserMembers.some(has),
  columns: { endpoint: 'endpoint', p256dh: 'p256dh', auth: 'auth' },
  needed: ['endpoint|pushChannel.endpoint', 'p256dh|pushChannel.p256dh', 'auth|pushChannel.auth'],
  advice: 'each browser must have endpoint, p256dh and auth',
  user: 'tags.NAME',
  types,
  view: (record) => ({
    ...record,
    tags: tagsOf(record.tags),
    userId: record.userId ?? tagsOf(record.tags).$UserId,
  }),
  read: (record, nowMs) => [readRegistration(record, nowMs)],
}

/** The same for an input without browsers among its first records. */
export const azureNative: Preset = {
  ...azure,
  isOne: isRegistration,
  columns: {},
  needed: [nativeTokens.join('|')],
  advice: 'list the registrations with its SDK',
}
