import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { decodeBase64 } from '../../wire/base64.ts'
import { isPublicMaterial } from './public-material.ts'

/** The signature algorithms of tickets (RFC 7518 §3.2 and §3.4, RFC 8037 §3.1). */
export type TicketAlg = 'HS256' | 'ES256' | 'EdDSA'

/** A key that verifies tickets of one algorithm. */
export interface TicketKey {
  /** `kid`, if the key came from a key set that names it. */
  id: string | undefined
  alg: TicketAlg
  key: KeyObject
}

const minSecretLength = 32

/** The algorithm of a key. A ticket's own `alg` never decides it. */
const algOf = (key: KeyObject): TicketAlg | undefined => {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA'
  return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined
}

const fromPublic = (key: KeyObject, id: string | undefined): TicketKey | undefined => {
  const alg = algOf(key)
  return alg && { id, alg, key }
}

const fromJwk = (value: unknown): TicketKey | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  const jwk: JsonWebKey = { ...value } // members are unknown: the ones used here are checked here, Node checks the others
  const { kty, k, kid, use, alg } = jwk
  if (jwk.d !== undefined || (use !== undefined && use !== 'sig')) return undefined
  const id = typeof kid === 'string' ? kid : undefined
  let key: TicketKey | undefined
  if (kty === 'oct') {
    const bytes = typeof k === 'string' ? decodeBase64(k) : undefined
    if (bytes && bytes.length >= minSecretLength) key = { id, alg: 'HS256', key: createSecretKey(bytes) }
  } else key = fromPublic(createPublicKey({ key: jwk, format: 'jwk' }), id)
  const names: readonly unknown[] = key?.alg === 'EdDSA' ? [undefined, 'EdDSA', 'Ed25519'] : [undefined, key?.alg]
  return names.includes(alg) ? key : undefined
}

const allOf = (keys: readonly (TicketKey | undefined)[]): readonly TicketKey[] | undefined => {
  const read = keys.filter((key) => key !== undefined)
  return read.length === keys.length && read.length > 0 ? read : undefined
}

const fromPem = (input: string): readonly TicketKey[] | undefined => {
  const block = /-----BEGIN PUBLIC KEY-----[\w+/=\s]+-----END PUBLIC KEY-----/g
  // Anything but public keys is refused: the relay needs no private key, and a PEM file must never become a shared secret.
  if (input.replace(block, '').trim() !== '') return undefined
  return allOf((input.match(block) ?? []).map((pem) => fromPublic(createPublicKey(pem), undefined)))
}

const fromJson = (input: string): readonly TicketKey[] | undefined => {
  const value: unknown = JSON.parse(input)
  const isSet = typeof value === 'object' && value !== null && 'keys' in value
  if (!isSet) return allOf([fromJwk(value)])
  return Array.isArray(value.keys) ? allOf(value.keys.map(fromJwk)) : undefined
}

/**
 * Reads `PUSHFERRY_TICKET_KEY`: PEM public keys (several for rotation), a JWK or a JWKS, else a shared secret of at least
 * 32 characters.
 *
 * @returns at least one key, or `undefined` for a weak secret, a private key, another kind of key, or public material as a
 * shared secret. Never throws.
 */
export const readTicketKeys = (input: string): readonly TicketKey[] | undefined => {
  const trimmed = input.trim()
  try {
    if (trimmed.includes('-----BEGIN')) return fromPem(trimmed)
    if (trimmed.startsWith('{')) return fromJson(trimmed)
  } catch {
    return undefined
  }
  return trimmed.length >= minSecretLength && !isPublicMaterial(trimmed)
    ? [{ id: undefined, alg: 'HS256', key: createSecretKey(trimmed, 'utf8') }]
    : undefined
}
