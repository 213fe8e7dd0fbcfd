/*
 * What CleverTap says about one record. Deliberately not built on src/wire: a stand-in that shared the decoder of the
 * product would agree with its mistakes.
 */

/** How strictly records are judged. */
export interface Rules {
  keyPadding: 'padded' | 'any'
  /** Whether there is a profile of this objectId. */
  exists: (objectId: string) => boolean
}

/** A record that was found good, or the code it is refused with. */
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
// The first test of each is the fast way for what nearly every text is.
const hasForbidden = (text: string): boolean => !/^[!-~]*$/.test(text) && /[\s\p{Cc}\p{Cs}]/u.test(text)
const isLonger = (text: string, most: number): boolean => text.length > most && [...text].length > most
const refuse = (code: number): Verdict => ({ ok: false, code })

/** Which types a prefixed CleverTap ID can carry; one without a prefix carries any (the document's curl sample has gcm). */
const platforms: readonly { prefix: string; types: readonly string[] }[] = [
  { prefix: '__', types: ['fcm', 'gcm'] },
  { prefix: '-', types: ['apns'] },
  { prefix: '~', types: ['wns', 'mpns'] },
  { prefix: '_w_', types: ['chrome'] },
]
const types: readonly string[] = ['chrome', 'apns', 'gcm', 'fcm', 'wns', 'mpns']

const fitsPlatform = (objectId: string, type: string): boolean => {
  const platform = platforms.find(({ prefix }) => objectId.startsWith(prefix))
  return platform === undefined || platform.types.includes(type)
}

/** URL-safe base64 of this many bytes; the two samples in the document are padded. */
const isKey = (value: unknown, bytes: number, padding: Rules['keyPadding']): value is string => {
  if (typeof value !== 'string') return false
  const digits = Math.ceil((bytes * 8) / 6)
  const pad = '='.repeat((4 - (digits % 4)) % 4)
  const bare = value.endsWith(pad) ? value.slice(0, -pad.length) : padding === 'any' ? value : undefined
  return bare?.length === digits && /^[\w-]+$/.test(bare)
}
const startsWith4 = (key: string): boolean => Buffer.from(key, 'base64url')[0] === 4

/**
 * Judges one record as CleverTap documents it: 524, 530–533 and 535 from its list of codes, 534 where the prefix of the
 * objectId names a platform that the type does not belong to. (That 534 compares those two is an inference that every
 * documented sample obeys.) Lengths are not documented; 128 and 4,096 characters are what Pushferry promises to keep to.
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
  if (!fitsPlatform(objectId, type)) return refuse(534)
  if (type !== 'chrome') return keys === undefined ? { ok: true, objectId, token: { id, type } } : refuse(535)
  if (!isObject(keys)) return refuse(535)
  const { p256dh, auth } = keys
  return isKey(p256dh, 65, rules.keyPadding) && startsWith4(p256dh) && isKey(auth, 16, rules.keyPadding)
    ? { ok: true, objectId, token: { id, type, keys: { p256dh, auth } } }
    : refuse(535)
}

/** How `/1/profile.json` names the platform of a CleverTap ID. */
export const platformOf = (objectId: string): string => {
  if (objectId.startsWith('__')) return 'Android'
  if (objectId.startsWith('-')) return 'iOS'
  return objectId.startsWith('~') ? 'Windows' : 'Web'
}
