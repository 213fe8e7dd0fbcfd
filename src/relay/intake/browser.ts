import { decodeRecord } from '../../wire/decode.ts'
import { maxTokenIdLength } from '../../wire/limits.ts'
import type { RecordProblem } from '../../wire/problem.ts'
import { fcmHosts, isFcmId, readEndpoint } from '../../wire/push-service.ts'
import type { Token } from '../../wire/record.ts'
import type { AccountConfig, WebType } from '../config/types.ts'
import type { Claim, NewEntry } from '../store/port.ts'
import { isOnP256 } from './p256.ts'
import { typeOfHost } from './push-type.ts'

/** A browser's subscription, with the token type of its push service. */
export interface Subscription {
  objectId: string
  token: Token
  /** The browser's keys, if the token's type takes none. */
  shownKeys?: NonNullable<Token['keys']>
  warnings: readonly string[]
}

export type ReadSubscription =
  | { ok: true; subscription: Subscription }
  | { ok: false; code: 'invalid_record'; problem: RecordProblem }
  | { ok: false; code: 'push_service_not_accepted'; host: string }

const refuse = (message: string): ReadSubscription => ({
  ok: false,
  code: 'invalid_record',
  problem: { code: 535, message },
})

/** Checks `replaces`. The relay does not use it, because an objectId has one row, and a new token replaces the old one. */
const isReplaces = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'string' && value.length <= maxTokenIdLength)

/**
 * Reads the body of a browser's registration: a `chrome` record and the endpoint from which its id must come. Pure, and
 * never throws. The public key must be a point on P-256, because a browser made it. The keys are compared but not sent when the
 * operator mapped the push service to a type without keys.
 */
export const readSubscription = (value: unknown, webTypes: readonly WebType[]): ReadSubscription => {
  const decoded = decodeRecord(value)
  if (!decoded.ok) return { ok: false, code: 'invalid_record', problem: decoded.problem }
  const { objectId, tokenData } = decoded.record
  const { id, type, keys } = tokenData
  if (type !== 'chrome' || !keys)
    return refuse(`tokenData.type must be chrome here: tokens of type ${type} come from a backend, by /1/upload`)
  const { endpoint: given, replaces } = value as { endpoint?: unknown; replaces?: unknown } // `decodeRecord` accepted it, so it is an object
  const endpoint = typeof given === 'string' ? readEndpoint(given) : undefined
  if (!endpoint) return refuse("endpoint must be the subscription's endpoint, an https URL")
  if (!isReplaces(replaces)) return refuse(`replaces must be a token id of at most ${maxTokenIdLength} characters`)
  const accepted = typeOfHost(endpoint.host, webTypes)
  if (!accepted) return { ok: false, code: 'push_service_not_accepted', host: endpoint.host }
  if (endpoint.id !== id) return refuse("tokenData.id must be the last part of the subscription's endpoint")
  if (fcmHosts.includes(endpoint.host) && !isFcmId(id))
    return refuse(
      "tokenData.id has a character that no FCM token has: send the last part of the subscription's endpoint",
    )
  if (!isOnP256(Buffer.from(keys.p256dh, 'base64url')))
    return refuse('tokenData.keys.p256dh must be a point on the curve P-256')
  const { warnings } = decoded
  return accepted === 'chrome'
    ? { ok: true, subscription: { objectId, token: { id, type: accepted, keys }, warnings } }
    : { ok: true, subscription: { objectId, token: { id, type: accepted }, shownKeys: keys, warnings } }
}

const dayMs = 86_400_000

/** When a browser without proof may take over an objectId. Unused if tickets are required: all registrations are proved then. */
const claimOf = ({ takeover, keyIdleMs }: Pick<AccountConfig, 'takeover' | 'keyIdleMs'>): Claim => ({
  idleDays: Math.ceil(keyIdleMs / dayMs),
  always: takeover === 'accept',
})

/** Makes the record for the store from a browser's registration. `sender` says what proved the objectId. */
export const browserEntry = (
  subscription: Subscription,
  account: Pick<AccountConfig, 'id' | 'takeover' | 'keyIdleMs'>,
  sender: 'ticket' | 'key' | 'unproved',
): NewEntry => ({
  ...subscription,
  account: account.id,
  priority: 'live',
  sender,
  replaceLive: true,
  ...(sender === 'unproved' ? { claim: claimOf(account) } : {}),
})
