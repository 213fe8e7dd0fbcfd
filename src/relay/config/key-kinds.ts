import { decodeBase64, encodeBase64Url } from '../../wire/base64.ts'
import { isOnP256 } from '../intake/p256.ts'
import { fingerprint } from '../keys/fingerprint.ts'
import { readTicketKeys, type TicketKey } from '../tickets/keys.ts'
import { type Kind, listOf, matching } from './kinds.ts'
import type { ApiKey } from './types.ts'

/** What can stand in a header without being quoted. */
export const headerSecret = matching(
  /^[!-~]{1,1024}$/,
  'a text without spaces, of letters, digits and ASCII signs',
  (text) => (/\s/.test(text) ? 'it holds a space or a line break' : 'it holds a character that is not ASCII'),
)

/**
 * `KEY` or `name:KEY`. A colon and not an equals sign, because generated keys are often base64 and end in one. Without
 * a name the key goes by its fingerprint.
 */
const apiKey: Kind<ApiKey> = {
  allowed: 'KEY or name:KEY without spaces, no key and no name twice',
  read: (text) => {
    const [, name, key] = /^(?:([A-Za-z][\w.-]{0,31}):)?([!-~]{1,1024})$/.exec(text) ?? []
    return key ? { name: name ?? `key-${fingerprint(key)}`, key } : undefined
  },
}

const apiKeyList = listOf(apiKey)

/** Several at once, so that a key can be exchanged without a gap. */
export const apiKeys: Kind<readonly ApiKey[]> = {
  allowed: apiKeyList.allowed,
  read: (text) => {
    const keys = apiKeyList.read(text)
    const differ = (values: readonly string[]): boolean => new Set(values).size === values.length
    return keys && differ(keys.map(({ key }) => key)) && differ(keys.map(({ name }) => name)) ? keys : undefined
  },
  hint: (text) => apiKeyList.hint?.(text) ?? 'a key or a name stands in it twice',
}

export const ticketKeys: Kind<readonly TicketKey[]> = {
  allowed:
    'a shared secret of 32 random characters or more (no URL, path, certificate or public key), or (mostly from a file) a PEM public key or a JWKS, of P-256 or Ed25519 and without private parts',
  read: readTicketKeys,
}

/** The application server key that pages subscribe with (RFC 8292 §3.2). Kept as browsers want it, without padding. */
export const vapidPublicKey: Kind<string> = {
  allowed: 'the public half of a VAPID pair: 65 bytes of a P-256 point in base64url, 87 characters long',
  read: (text) => {
    const bytes = decodeBase64(text)
    return bytes && isOnP256(bytes) ? encodeBase64Url(bytes) : undefined
  },
  hint: (text) =>
    decodeBase64(text)?.length === 32
      ? 'this has the length of the private half, which belongs to CleverTap alone: set the public one'
      : undefined,
}
