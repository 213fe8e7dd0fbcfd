import { decodeBase64, encodeBase64Url, isCanonicalBase64Url } from './base64.ts'
import { maxObjectIdLength, maxTokenIdLength } from './limits.ts'
import { placeholderHint } from './placeholder.ts'
import { platformOf, platforms } from './platform.ts'
import type { RecordCode, RecordProblem } from './problem.ts'
import { type Token, type TokenKeys, type TokenRecord, type TokenType, tokenTypes } from './record.ts'

/** A decoded record, or the first problem that was found. */
export type Decoded =
  | { ok: true; record: TokenRecord; warnings: readonly string[] }
  | { ok: false; problem: RecordProblem }

type Members = { readonly [name: string]: unknown }
type Read<T> = { ok: true; value: T } | { ok: false; problem: RecordProblem }

const refuse = (code: RecordCode, message: string): { ok: false; problem: RecordProblem } => ({
  ok: false,
  problem: { code, message },
})
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Describes the first forbidden character of an id: white space, a control or format character (zero-width space, direction
 * override) or a lone surrogate. `undefined` when it has none. The first test is the fast path: nearly every id is printable
 * ASCII.
 */
const forbiddenIn = (id: string): string | undefined => {
  if (/^[!-~]*$/.test(id)) return undefined
  const [character] = /[\s\p{Cc}\p{Cf}\p{Cs}]/u.exec(id) ?? []
  if (character === undefined) return undefined
  const code = `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`
  const kind = kinds.find(({ pattern }) => pattern.test(character))?.name ?? 'white space'
  return `has ${kind} in it (${code}): remove it`
}
/** Forbidden characters that are not white space. */
const kinds = [
  { pattern: /\p{Cf}/u, name: 'an invisible character' },
  { pattern: /\p{Cs}/u, name: 'a lone surrogate' },
  { pattern: /[^\P{Cc}\s]/u, name: 'a control character' },
]

/** Whether an id has only characters that push services use in the last part of endpoints. For FCM alone: `isFcmId`. */
const isWebId = (id: string): boolean => /^[\w\-:.%~=?&/+]+$/.test(id)
const isUrl = (id: string): boolean => /^https?:\/\//i.test(id)
const isLonger = (id: string, limit: number): boolean =>
  id.length > limit && (id.length > limit * 2 || [...id].length > limit)

const readObjectId = (members: Members): Read<string> => {
  const { objectId } = members
  if (objectId === undefined || objectId === null) {
    const other = ['identity', 'FBID', 'GPID'].find((name) => members[name] !== undefined)
    return refuse(
      530,
      other
        ? `${other} cannot carry a token: give the CleverTap ID as objectId`
        : 'objectId is missing: give the CleverTap ID of the profile',
    )
  }
  if (typeof objectId !== 'string' || objectId === '') return refuse(530, 'objectId must be a non-empty string')
  if (isLonger(objectId, maxObjectIdLength))
    return refuse(530, `objectId is too long: at most ${maxObjectIdLength} characters are allowed`)
  const forbidden = forbiddenIn(objectId)
  if (forbidden) return refuse(530, `objectId ${forbidden}`)
  const hint = placeholderHint(objectId)
  if (hint) return refuse(530, `objectId ${hint}`)
  return { ok: true, value: objectId }
}

/** Whether a string is a valid objectId. */
export const isObjectId = (objectId: string): boolean => readObjectId({ objectId }).ok

const readKey = (value: unknown, name: keyof TokenKeys, length: number): Read<string> => {
  const isFirstRight = (bytes: Uint8Array | undefined): boolean => name === 'auth' || bytes?.[0] === 4
  // Fast path: nearly every key is canonical and has the right length, so only its beginning must be decoded.
  if (typeof value === 'string' && value.length === Math.ceil((length * 4) / 3) && isCanonicalBase64Url(value))
    if (isFirstRight(decodeBase64(value.slice(0, 4)))) return { ok: true, value }
  // MIME encoders, and `base64` on Linux, break lines after 76 characters (RFC 2045 §6.8).
  const bytes = typeof value === 'string' ? decodeBase64(value.replace(/[\r\n]/g, '')) : undefined
  return bytes?.length === length && isFirstRight(bytes)
    ? { ok: true, value: encodeBase64Url(bytes) }
    : refuse(
        535,
        name === 'auth'
          ? 'tokenData.keys.auth must be 16 bytes in base64'
          : 'tokenData.keys.p256dh must be 65 bytes in base64 that start with 0x04',
      )
}

const readKeys = (type: TokenType, keys: unknown): Read<TokenKeys | undefined> => {
  if (type !== 'chrome') {
    return keys === undefined || keys === null
      ? { ok: true, value: undefined }
      : refuse(535, `tokenData.keys is allowed for type chrome only, not for ${type}`)
  }
  if (!isObject(keys)) return refuse(535, 'tokenData.keys with p256dh and auth is required for type chrome')
  const p256dh = readKey(keys.p256dh, 'p256dh', 65)
  if (!p256dh.ok) return p256dh
  const auth = readKey(keys.auth, 'auth', 16)
  return auth.ok ? { ok: true, value: { p256dh: p256dh.value, auth: auth.value } } : auth
}

const readToken = (tokenData: unknown): Read<Token> => {
  if (!isObject(tokenData)) return refuse(531, 'tokenData is missing or not an object')
  const { id, type, keys } = tokenData
  if (typeof id !== 'string' || id === '') return refuse(532, 'tokenData.id must be a non-empty string')
  const hint = placeholderHint(id)
  if (hint) return refuse(532, `tokenData.id ${hint}`)
  if (typeof type !== 'string' || type === '')
    return refuse(533, `tokenData.type is missing: it is one of ${tokenTypes.join(', ')}`)
  const known = tokenTypes.find((one) => one === type)
  if (!known) return refuse(535, `tokenData.type is not known: it is one of ${tokenTypes.join(', ')}`)
  if (id.length > maxTokenIdLength && isLonger(id, maxTokenIdLength))
    return refuse(535, `tokenData.id is too long: at most ${maxTokenIdLength} characters are allowed`)
  const forbidden = forbiddenIn(id)
  if (forbidden) return refuse(535, `tokenData.id ${forbidden}`)
  if (/^blacklisted$/i.test(id))
    return refuse(
      535,
      'tokenData.id is BLACKLISTED, which Google writes for a phone that may have no token: leave it out',
    )
  if (known === 'chrome' && isUrl(id))
    return refuse(535, 'tokenData.id is the whole endpoint: give its last part, after the last slash')
  if (known === 'chrome' && !isWebId(id))
    return refuse(535, 'tokenData.id has a character that no push service uses: give the last part of the endpoint')
  const read = readKeys(known, keys)
  if (!read.ok) return read
  return { ok: true, value: read.value ? { id, type: known, keys: read.value } : { id, type: known } }
}

/** One shared array, because nearly every record has no warnings. */
const noWarnings: readonly string[] = []

const platformWarnings = (objectId: string, type: TokenType): readonly string[] => {
  const platform = platformOf(objectId)
  return !platform || platform === platforms[type]
    ? noWarnings
    : [`objectId looks like ${platform.name} CleverTap ID, but the token is of type ${type}`]
}

/**
 * Decodes any value to a token record, or returns the problem. Never throws.
 *
 * The record is canonical: keys are URL-safe base64 without padding and unknown members are dropped, so two records of the
 * same token are deeply equal. A CleverTap ID whose platform prefix does not fit the token's type gives only a warning. The
 * codes are CleverTap's (developer.clevertap.com/docs/api-errors).
 *
 * @example
 * const decoded = decodeRecord(JSON.parse(body))
 * if (!decoded.ok) return answer(decoded.problem.code)
 */
export const decodeRecord = (value: unknown): Decoded => {
  if (!isObject(value)) return refuse(524, 'the record must be an object')
  if (value.type !== 'token') return refuse(524, 'type must be "token"')
  const objectId = readObjectId(value)
  if (!objectId.ok) return objectId
  const token = readToken(value.tokenData)
  if (!token.ok) return token
  return {
    ok: true,
    record: { type: 'token', tokenData: token.value, objectId: objectId.value },
    warnings: platformWarnings(objectId.value, token.value.type),
  }
}
