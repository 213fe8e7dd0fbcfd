import { createPublicKey, X509Certificate } from 'node:crypto'
import { decodeBase64 } from '../../wire/base64.ts'
import { isOnP256 } from '../intake/p256.ts'

const isJsonObject = (json: string): boolean => {
  try {
    const value: unknown = JSON.parse(json)
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

/** A PEM file, which may have lost its line breaks, or an SSH public key. */
const armoured = /-{2,}\s*(?:BEGIN|END)\b|^(?:ssh|ecdsa|sk-ssh)-[\w@.-]+\s/
/** The first bytes of an SSH public key: the length of the algorithm's name, then the name. */
const sshKey = /^\0{3}.(?:ssh|ecdsa|sk-ssh)-/s
const token = /^ey[\w-]+\.ey[\w-]+\./

/** A PEM file, an SSH key, a JWT, or JSON such as a key set. */
const isPublicString = (value: string): boolean =>
  armoured.test(value) || sshKey.test(value) || token.test(value) || isJsonObject(value)

/** The bytes that base64 or hex encodes, with or without line breaks. */
const unpacked = (value: string): Buffer[] => {
  const packed = value.replace(/\s/g, '')
  if (packed === '') return []
  const base64 = decodeBase64(packed)
  return [
    ...(base64 === undefined ? [] : [Buffer.from(base64)]),
    ...(/^(?:[\da-f]{2})+$/i.test(packed) ? [Buffer.from(packed, 'hex')] : []),
  ]
}

/** Like `isPublicString`; also a public key or certificate in DER, or a VAPID public key, and any of these in base64 or hex. */
const isPublicBytes = (bytes: Buffer): boolean =>
  isOnP256(bytes) ||
  isPublicString(bytes.toString()) ||
  unpacked(bytes.toString()).some(isPublicBytes) ||
  reads(() => createPublicKey({ key: bytes, format: 'der', type: 'spki' })) ||
  reads(() => createPublicKey({ key: bytes, format: 'der', type: 'pkcs1' })) ||
  reads(() => new X509Certificate(bytes))

/** A URL. `file:` and `data:` URLs need no two slashes: `file:/run/key`. */
const url = /^[a-z][a-z\d+.-]*:\/\/|^(?:file|data):/i

/*
 * A path may consist of the characters of base64. Each pattern therefore asks for something that base64 and base64url lack, or
 * that a random string does not have.
 */
const paths: readonly RegExp[] = [
  // ./key, ..\key, ~/key, $HOME/key, %APPDATA%\key, C:\key, D:/key, \\server\share
  /^(?:\.{1,2}|~\w*|\$\{?\w+\}?|%\w+%|[a-z]:)[\\/]|^\\\\\w/i,
  /\.(?:pem|der|jwks?|json|key|pub|crt|cer|txt)$/i,
  // An absolute path: a usual first folder, a character that base64 with slashes lacks, or no capital letter.
  /^\/(?:run|etc|var|home|opt|usr|mnt|srv|tmp|root|app|data|secrets?|config|Users|Volumes)\//,
  /^\/(?=.*[-_.])[\w./-]+$/,
  /^\/[^A-Z/]+\/[^A-Z]+$/,
]

const wordBorder = /[\\/\-_. ]|(?<=[a-z\d])(?=[A-Z])|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])/

/** Whether a string is a path whose folders are words, such as `secrets/ticket-key` or `Keys\TicketKey2026`. */
const isPathOfWords = (value: string): boolean =>
  /[\\/]/.test(value) && value.split(wordBorder).every((word) => /^(?:[A-Z]?[a-z]{2,}|\d*)$/.test(word))

/**
 * Whether a string given as a shared secret is public material or a mistake: a key or certificate as PEM, DER, SSH or JWKS (also
 * in base64 or hex), a JWT, a URL, or a path. With a public key as the secret, anybody could sign tickets.
 */
export const isPublicMaterial = (value: string): boolean =>
  url.test(value) ||
  paths.some((pattern) => pattern.test(value)) ||
  isPathOfWords(value) ||
  isPublicString(value) ||
  unpacked(value).some(isPublicBytes)
