import { createPublicKey, X509Certificate } from 'node:crypto'
import { decodeBase64 } from '../../wire/base64.ts'
import { isOnP256 } from '../intake/p256.ts'

const isJsonObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

const reads = (read: () => unknown): boolean => {
  try {
    read()
    return true
  } catch {
    return false
  }
}

/** A public key or a certificate in DER, the public key of a VAPID pair, or JSON such as a key set. */
const isPublicBytes = (bytes: Buffer): boolean =>
  isOnP256(bytes) ||
  isJsonObject(bytes.toString()) ||
  reads(() => createPublicKey({ key: bytes, format: 'der', type: 'spki' })) ||
  reads(() => new X509Certificate(bytes))

const url = /^[a-z][a-z\d+.-]*:\/\//i
/** `./key`, `~/key`, `C:\key`, a name with an ending, or an absolute path. */
const path = /^(?:~|\.{1,2})\/|^[a-z]:\\|\.(?:pem|der|jwks?|json|key|pub|crt|cer|txt)$/i
/** Base64 may begin with a slash too, but not likely with one of these folders, nor without a capital letter. */
const absolutePath =
  /^\/(?:run|etc|var|home|opt|usr|mnt|srv|tmp|root|app|data|secrets?|config|Users|Volumes)\/|^\/[^A-Z/]+\/[^A-Z]+$/
const armoured = /-{2,}\s*(?:BEGIN|END)\b|^(?:ssh|ecdsa|sk-ssh)-[\w@.-]+\s/
const token = /^ey[\w-]+\.ey[\w-]+\./

/**
 * Whether a string given as a shared secret is public material or a mistake: a key or certificate as PEM, DER, SSH or JWKS (also
 * in base64 or hex), a JWT, a URL, or a path. With a public key as the secret, anybody could sign tickets.
 */
export const isPublicMaterial = (text: string): boolean => {
  if ([url, path, absolutePath, armoured, token].some((pattern) => pattern.test(text)) || isJsonObject(text))
    return true
  const packed = text.replace(/\s/g, '')
  const base64 = decodeBase64(packed)
  const hex = /^(?:[\da-f]{2})+$/i.test(packed) ? Buffer.from(packed, 'hex') : undefined
  return [base64, hex].some((bytes) => bytes !== undefined && isPublicBytes(Buffer.from(bytes)))
}
