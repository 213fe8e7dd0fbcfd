import { type Members, memberAt, stringOf } from '../members.ts'
import type { Preset, VendorToken } from './preset.ts'

/** Tags such as `user:42` as members, and the tag that is a user ID. */
const tagsOf = (tags: unknown): Members => {
  const list = Array.isArray(tags) ? tags : stringOf(tags).split(',')
  const pairs = list.flatMap((tag: unknown) => {
    const [, name = '', value = ''] = /^\s*(\$?[^:]+):(.*?)\s*$/.exec(stringOf(tag)) ?? []
    return name === '' ? [] : [[name, value.replace(/^\{(.*)\}$/, '$1')] as const]
  })
  return Object.fromEntries(pairs)
}

const isPast = (time: unknown, nowMs: number): boolean => typeof time === 'string' && Date.parse(time) < nowMs

const readRegistration = (record: Members, nowMs: number): VendorToken => {
  const kind = stringOf(record.kind ?? record.type ?? record.platform)
  const at = (name: string): string => stringOf(memberAt(record, `pushChannel.${name}`) ?? record[name])
  const endpoint = at('endpoint')
  if (kind !== '' && !/^browser/i.test(kind)) return { skip: 'other channel' }
  if (record.expiredPushChannel === true || isPast(record.expirationTime, nowMs)) return { skip: 'dead' }
  return endpoint === '' ? { skip: 'no token' } : { values: { endpoint, p256dh: at('p256dh'), auth: at('auth') } }
}

/**
 * Browser registrations and installations of Azure Notification Hubs, one object each, as its SDKs and its REST API for
 * installations have them (https://learn.microsoft.com/azure/notification-hubs/browser-push). Skips other platforms.
 */
export const azure: Preset = {
  vendor: 'Azure Notification Hubs',
  name: 'a list of Azure Notification Hubs registrations',
  formats: ['json'],
  isOne: (has) =>
    (has('registrationId') && ['kind', 'type', 'endpoint', 'etag', 'p256dh'].some(has)) ||
    (has('installationId') && ['platform', 'pushChannel'].some(has)),
  columns: { endpoint: 'endpoint', p256dh: 'p256dh', auth: 'auth' },
  needed: ['endpoint|pushChannel.endpoint', 'p256dh|pushChannel.p256dh', 'auth|pushChannel.auth'],
  advice: 'it must have browsers among its first registrations, with endpoint, p256dh and auth',
  user: 'tags.NAME',
  types: new Map(),
  view: (record) => ({
    ...record,
    tags: tagsOf(record.tags),
    userId: record.userId ?? tagsOf(record.tags).$UserId,
  }),
  read: (record, nowMs) => [readRegistration(record, nowMs)],
}
