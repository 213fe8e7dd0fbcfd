import { decodeBase64 } from '../wire/base64.ts'

/** The signature algorithms that the relay accepts (RFC 7518 §3.2 and §3.4, RFC 8037 §3.1). */
export type TicketAlg = 'HS256' | 'ES256' | 'EdDSA'

/** A private or secret key as a JWK (RFC 7517). Its `kid` goes into the ticket. */
export interface TicketJwk {
  readonly kty: string
  readonly [member: string]: unknown
}

/** WebCrypto's `CryptoKey`, by a name that every runtime's types know. */
export type TicketCryptoKey = Parameters<typeof crypto.subtle.sign>[1]

/** A signing key: a shared secret as a string or bytes, a PKCS #8 PEM, a JWK, or a WebCrypto key with the usage `sign`. */
export type TicketSigningKey = string | Uint8Array | TicketJwk | TicketCryptoKey

/** A key that is imported into WebCrypto, with its algorithm and id. */
export interface ReadySigningKey {
  alg: TicketAlg
  key: TicketCryptoKey
  id: string | undefined
}

const minSecretBytes = 32
const importParameters = {
  HS256: { name: 'HMAC', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
} as const satisfies Record<TicketAlg, object>

/** The parameters of `crypto.subtle.sign` for each algorithm. */
export const signParameters = {
  HS256: { name: 'HMAC' },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
} as const satisfies Record<TicketAlg, object>

const misfit = (alg: TicketAlg): TypeError => new TypeError(`signTicket: the key does not fit ${alg}`)

const fromSecret = async (secret: Uint8Array<ArrayBuffer>, alg: TicketAlg = 'HS256'): Promise<ReadySigningKey> => {
  if (alg !== 'HS256') throw misfit(alg)
  if (secret.length < minSecretBytes) throw new TypeError('signTicket: a shared secret must have 32 bytes or more')
  return {
    alg,
    key: await crypto.subtle.importKey('raw', secret, importParameters[alg], false, ['sign']),
    id: undefined,
  }
}

const fromPem = async (pem: string, alg: TicketAlg | undefined): Promise<ReadySigningKey> => {
  const base64 = /^\s*-----BEGIN PRIVATE KEY-----([\w+/=\s]+)-----END PRIVATE KEY-----\s*$/.exec(pem)?.[1]
  const der = base64 === undefined ? undefined : decodeBase64(base64.replace(/\s/g, ''))
  if (!der) throw new TypeError('signTicket: a PEM key must be PKCS #8, "BEGIN PRIVATE KEY"')
  // PKCS #8 names the algorithm in ASN.1. Trying both is shorter than parsing that, and as reliable.
  for (const one of ['ES256', 'EdDSA'] as const) {
    if (alg !== undefined && alg !== one) continue
    const key = await crypto.subtle
      .importKey('pkcs8', Uint8Array.from(der), importParameters[one], false, ['sign'])
      .catch(() => undefined)
    if (key) return { alg: one, key, id: undefined }
  }
  throw alg ? misfit(alg) : new TypeError('signTicket: a PEM key must be of P-256 or Ed25519')
}

const algOfJwk = ({ kty, crv }: TicketJwk): TicketAlg | undefined => {
  if (kty === 'oct') return 'HS256'
  if (kty === 'EC' && crv === 'P-256') return 'ES256'
  return kty === 'OKP' && crv === 'Ed25519' ? 'EdDSA' : undefined
}

const fromJwk = async (jwk: TicketJwk, given: TicketAlg | undefined): Promise<ReadySigningKey> => {
  const alg = algOfJwk(jwk)
  if (!alg) throw new TypeError('signTicket: a JWK must be a secret (oct) or of P-256 or Ed25519')
  if (given !== undefined && given !== alg) throw misfit(given)
  const id = typeof jwk.kid === 'string' ? jwk.kid : undefined
  if (alg === 'HS256') {
    const secret = typeof jwk.k === 'string' ? decodeBase64(jwk.k) : undefined
    return { ...(await fromSecret(Uint8Array.from(secret ?? []))), id }
  }
  // Imports only the members of the key itself, because generators disagree about `use`, `key_ops` and `alg`.
  const { kty, crv, x, y, d } = jwk as Record<string, string>
  const members = alg === 'ES256' ? { kty, crv, x, y, d } : { kty, crv, x, d }
  const key = await crypto.subtle
    .importKey('jwk', members as object, importParameters[alg], false, ['sign'])
    .catch(() => undefined)
  if (!key) throw new TypeError('signTicket: the JWK is not a private key that can be read')
  return { alg, key, id }
}

const algOfCryptoKey = (key: TicketCryptoKey): TicketAlg | undefined => {
  const algorithm: { name: string; namedCurve?: unknown; hash?: { name?: unknown } } = key.algorithm
  if (algorithm.name === 'HMAC' && algorithm.hash?.name === 'SHA-256') return 'HS256'
  if (algorithm.name === 'ECDSA' && algorithm.namedCurve === 'P-256') return 'ES256'
  return algorithm.name === 'Ed25519' ? 'EdDSA' : undefined
}

const fromCryptoKey = (key: TicketCryptoKey, given: TicketAlg | undefined): ReadySigningKey => {
  const alg = algOfCryptoKey(key)
  if (!alg || !key.usages.includes('sign'))
    throw new TypeError('signTicket: the CryptoKey must be one that signs: HMAC SHA-256, ECDSA P-256 or Ed25519')
  if (given !== undefined && given !== alg) throw misfit(given)
  return { alg, key, id: undefined }
}

/** Imports a signing key of any supported form. Throws a TypeError for any other value; its message quotes nothing of the key. */
export const readySigningKey = async (key: TicketSigningKey, alg: TicketAlg | undefined): Promise<ReadySigningKey> => {
  if (typeof key === 'string')
    return key.includes('-----BEGIN') ? fromPem(key, alg) : fromSecret(new TextEncoder().encode(key), alg)
  if (key instanceof Uint8Array) return fromSecret(Uint8Array.from(key), alg)
  if (typeof key === 'object' && key !== null) {
    if ('usages' in key && 'algorithm' in key) return fromCryptoKey(key as TicketCryptoKey, alg)
    if ('kty' in key) return fromJwk(key, alg)
  }
  throw new TypeError('signTicket: key must be a secret, a PEM, a JWK or a CryptoKey')
}
