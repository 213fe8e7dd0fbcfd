import { isPast } from '../expiry.ts'
import { isUnreadable, type Members, memberAt, stringOf, unreadableMember } from '../members.ts'
import type { Preset, VendorToken } from './preset.ts'

/** The subscription beside an objectId, or the members of the record itself. */
const at = (record: Members, path: string): unknown =>
  memberAt(record, `subscription.${path}`) ?? memberAt(record, path)

const read = (record: Members, nowMs: number): VendorToken => {
  const endpoint = stringOf(at(record, 'endpoint'))
  if (endpoint === '')
    return isUnreadable(record.subscription) ? { problem: unreadableMember('subscription') } : { skip: 'no token' }
  if (isPast(at(record, 'expirationTime'), nowMs)) return { skip: 'dead' }
  const key = (name: string): string => stringOf(at(record, `keys.${name}`) ?? at(record, name))
  return { values: { endpoint, p256dh: key('p256dh'), auth: key('auth') } }
}

/**
 * The output of `JSON.stringify(subscription)` in a browser (https://www.w3.org/TR/push-api/#pushsubscriptionjson), with an
 * objectId: `{"objectId": "…", "endpoint": "…", "keys": {…}}` or `{"objectId": "…", "subscription": {…}}`.
 */
export const pushSubscription: Preset = {
  vendor: 'Push subscriptions of your own',
  name: 'a list of browser push subscriptions',
  formats: ['json'],
  isOne: (has) =>
    ['subscription.endpoint', 'subscription.keys'].some(has) ||
    ['endpoint', 'keys.p256dh', 'keys.auth', 'expirationTime'].filter(has).length >= 2 ||
    ['endpoint', 'p256dh', 'auth'].filter(has).length >= 2,
  columns: { endpoint: 'endpoint', p256dh: 'keys.p256dh', auth: 'keys.auth' },
  needed: [
    'endpoint|subscription.endpoint',
    'keys.p256dh|subscription.keys.p256dh|p256dh|subscription.p256dh',
    'keys.auth|subscription.keys.auth|auth|subscription.auth',
  ],
  advice: 'save the output of JSON.stringify(subscription) together with the objectId',
  user: 'USER',
  types: new Map(),
  read: (record, nowMs) => [read(record, nowMs)],
}

/** The same in a table, as databases export it: a subscription as JSON in the column `subscription`. */
export const subscriptionColumn: Preset = {
  ...pushSubscription,
  formats: ['csv'],
  isOne: (_, shows) => shows('subscription.endpoint'),
  columns: { endpoint: 'subscription' },
  names: ['subscription'],
  needed: ['subscription'],
}
