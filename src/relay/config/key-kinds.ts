import { decodeBase64, encodeBase64Url } from '../../wire/base64.ts'
import { isOnP256 } from '../intake/p256.ts'
import { fingerprint } from '../keys/fingerprint.ts'
import { readTicketKeys, type TicketKey } from '../tickets/keys.ts'
import { isQuoted, type Kind, listOf } from './kinds.ts'
import type { ApiKey } from './types.ts'

const maxHeaderSecret = 1024

const whyNoHeaderSecret = (input: string): string | undefined => {
  if (/\s/.test(input)) return 'it contains a space or a line break'
  if (/[^!-~]/.test(input)) return 'it contains a character that is not ASCII'
  return input.length > maxHeaderSecret ? `it has ${input.length} characters` : undefined
}

/** A secret that a header can carry without quoting. */
export const headerSecret: Kind<string> = {
  allowed: `a string of at most ${maxHeaderSecret} ASCII letters, digits and punctuation without spaces`,
  read: (input) => (input !== '' && whyNoHeaderSecret(input) === undefined ? input : undefined),
  hint: whyNoHeaderSecret,
}

/**
 * `KEY` or `name:KEY`. The separator is a colon, because generated keys are often base64, which may end in an equals sign.
 * A key without a name is named by its fingerprint.
 */
const apiKey: Kind<ApiKey> = {
  allowed: `KEY or name:KEY of at most ${maxHeaderSecret} ASCII characters without spaces, each key and each name only once`,
  read: (input) => {
    const [, name, key = ''] = /^(?:([A-Za-z][\w.-]{0,31}):)?(.+)$/s.exec(input) ?? []
    // `name:` with its key missing would itself become a key, which is easy to guess.
    return headerSecret.read(key) && !key.endsWith(':') && !isQuoted(key)
      ? { name: name ?? `key-${fingerprint(key)}`, key }
      : undefined
  },
  hint: (input) => {
    if (input.endsWith(':')) return 'there is no key after the colon'
    const why = whyNoHeaderSecret(input)
    return why ?? (/["'`]$/.test(input) ? 'its key is wrapped in quotes, remove them' : undefined)
  },
}

const apiKeyList = listOf(apiKey)

/** A list, so that a key can be rotated without downtime. */
export const apiKeys: Kind<readonly ApiKey[]> = {
  allowed: apiKeyList.allowed,
  read: (input) => {
    const keys = apiKeyList.read(input)
    const differ = (values: readonly string[]): boolean => new Set(values).size === values.length
    return keys && differ(keys.map(({ key }) => key)) && differ(keys.map(({ name }) => name)) ? keys : undefined
  },
  hint: (input) => apiKeyList.hint?.(input) ?? 'it contains a key or a name twice',
}

export const ticketKeys: Kind<readonly TicketKey[]> = {
  allowed:
    'a shared secret of 32 random characters or more (no URL, path, certificate or public key), or (mostly from a file) a PEM public key or a JWKS, of P-256 or Ed25519 and without private parts',
  read: readTicketKeys,
}

/** The application server key that pages subscribe with (RFC 8292 §3.2). Kept without padding, as browsers require. */
export const vapidPublicKey: Kind<string> = {
  allowed: 'the public key of a VAPID pair: a P-256 point of 65 bytes in base64url, 87 characters',
  read: (input) => {
    const bytes = decodeBase64(input)
    return bytes && isOnP256(bytes) ? encodeBase64Url(bytes) : undefined
  },
  hint: (input) => {
    const length = decodeBase64(input)?.length
    if (length === 32)
      return 'this has the length of the private key, which only CleverTap should have: set the public key'
    return length === 65
      ? 'this has the right length, but a character is wrong: copy it again from the CleverTap dashboard'
      : `this one has ${input.length} characters: copy it as a whole from the CleverTap dashboard`
  },
}
