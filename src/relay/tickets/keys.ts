import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { decodeBase64 } from '../../wire/base64.ts'
import { isPublicMaterial } from './public-material.ts'

/** The signatures that a ticket may carry (RFC 7518 §3.2 and §3.4, RFC 8037 §3.1). */
export type TicketAlg = 'HS256' | 'ES256' | 'EdDSA'

/** A key that verifies tickets of one algorithm and no other. */
export interface TicketKey {
  /** `kid`, where the key came from a key set that names it. */
  id: string | undefined
  alg: TicketAlg
  key: KeyObject
}

const minSecretLength = 32

/** The algorithm follows from the key alone: what a ticket claims never chooses it. */
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
  const jwk: JsonWebKey = { ...value } // its members are unknown: those used here are checked here, the rest by Node
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

const fromPem = (text: string): readonly TicketKey[] | undefined => {
  const block = /-----BEGIN PUBLIC KEY-----[\w+/=\s]+-----END PUBLIC KEY-----/g
  // Anything beside public keys is refused: a private key has no place here, and a PEM must never become a shared secret.
  if (text.replace(block, '').trim() !== '') return undefined
  return allOf((text.match(block) ?? []).map((pem) => fromPublic(createPublicKey(pem), undefined)))
}

const fromJson = (text: string): readonly TicketKey[] | undefined => {
  const value: unknown = JSON.parse(text)
  const isSet = typeof value === 'object' && value !== null && 'keys' in value
  if (!isSet) return allOf([fromJwk(value)])
  return Array.isArray(value.keys) ? allOf(value.keys.map(fromJwk)) : undefined
}

/**
 * Reads what an operator gives as ticket key: PEM public keys (one after another for rotation), a JWK or a JWKS, else
 * a shared secret of at least 32 characters.
 *
 * @returns the keys, at least one, or `undefined` for anything weaker, private, of another kind, or public where a secret belongs. Never throws.
 */
export const readTicketKeys = (text: string): readonly TicketKey[] | undefined => {
  const trimmed = text.trim()
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
