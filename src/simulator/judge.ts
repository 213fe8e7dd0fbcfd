/*
 * CleverTap's verdict on one record. Does not use src/wire, because a simulator with the product's own decoder would repeat
 * its mistakes.
 */

/** Settings for judging records. */
export interface Rules {
  keyPadding: 'padded' | 'any'
  /** Whether a profile with this objectId exists. */
  exists: (objectId: string) => boolean
}

/** An accepted record, or the code of its refusal. */
export type Verdict = { ok: true; objectId: string; token: JudgedToken } | { ok: false; code: number }

/** A token as it was sent. */
export interface JudgedToken {
  id: string
  type: string
  keys?: { p256dh: string; auth: string }
}

type Members = { readonly [name: string]: unknown }

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
// The first test in each line is the fast path for nearly every string.
const hasForbidden = (value: string): boolean => !/^[!-~]*$/.test(value) && /[\s\p{Cc}\p{Cs}]/u.test(value)
const isLonger = (value: string, most: number): boolean => value.length > most && [...value].length > most
const refuse = (code: number): Verdict => ({ ok: false, code })

/**
 * Platforms by prefix of the CleverTap ID, with their names in `/1/profile.json`. An ID without a prefix takes any type (the
 * documented curl sample has gcm).
 */
const platforms: readonly { prefix: string; name: string; types: readonly string[] }[] = [
  { prefix: '__', name: 'Android', types: ['fcm', 'gcm'] },
  { prefix: '-', name: 'iOS', types: ['apns'] },
  { prefix: '~', name: 'Windows', types: ['wns', 'mpns'] },
  { prefix: '_w_', name: 'Web', types: ['chrome'] },
]
const types: readonly string[] = platforms.flatMap((platform) => platform.types)
const platformWithPrefixOf = (objectId: string) => platforms.find(({ prefix }) => objectId.startsWith(prefix))

/** Whether a value is URL-safe base64 of this many bytes. The two documented samples are padded. */
const isKey = (value: unknown, bytes: number, padding: Rules['keyPadding']): value is string => {
  if (typeof value !== 'string') return false
  const digits = Math.ceil((bytes * 8) / 6)
  const pad = '='.repeat((4 - (digits % 4)) % 4)
  const bare = value.endsWith(pad) ? value.slice(0, -pad.length) : padding === 'any' ? value : undefined
  return bare?.length === digits && /^[\w-]+$/.test(bare)
}
const startsWith4 = (key: string): boolean => Buffer.from(key, 'base64url')[0] === 4

/**
 * Judges one record as CleverTap documents it: 524, 530–533 and 535 from its list of codes, 534 when the prefix of the
 * objectId names a platform without this type. (That 534 compares these two is an inference; every documented sample agrees
 * with it.) CleverTap documents no lengths; 128 and 4,096 characters are Pushferry's own limits.
 */
export const judgeRecord = (record: unknown, rules: Rules): Verdict => {
  if (!isObject(record) || record.type !== 'token') return refuse(524)
  const { objectId, tokenData } = record
  if (typeof objectId !== 'string' || objectId === '' || hasForbidden(objectId) || isLonger(objectId, 128))
    return refuse(530)
  if (!rules.exists(objectId)) return refuse(530)
  if (!isObject(tokenData)) return refuse(531)
  const { id, type, keys } = tokenData
  if (typeof id !== 'string' || id === '') return refuse(532)
  if (typeof type !== 'string' || type === '') return refuse(533)
  if (!types.includes(type) || hasForbidden(id) || isLonger(id, 4096)) return refuse(535)
  if (platformWithPrefixOf(objectId)?.types.includes(type) === false) return refuse(534)
  if (type !== 'chrome') return keys === undefined ? { ok: true, objectId, token: { id, type } } : refuse(535)
  if (!isObject(keys)) return refuse(535)
  const { p256dh, auth } = keys
  return isKey(p256dh, 65, rules.keyPadding) && startsWith4(p256dh) && isKey(auth, 16, rules.keyPadding)
    ? { ok: true, objectId, token: { id, type, keys: { p256dh, auth } } }
    : refuse(535)
}

/** The platform of a CleverTap ID, as `/1/profile.json` names it. */
export const platformOf = (objectId: string): string => platformWithPrefixOf(objectId)?.name ?? 'Web'
