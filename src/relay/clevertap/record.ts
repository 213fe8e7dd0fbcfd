import { padBase64 } from '../../wire/base64.ts'
import type { Token, TokenRecord } from '../../wire/record.ts'

/** How the keys of a `chrome` token are written upstream: as CleverTap's documented samples are, or as browsers give them. */
export type KeyPadding = 'padded' | 'unpadded'

/** Records as the body of an upload. */
export const bodyOf = (records: readonly TokenRecord[]): string => JSON.stringify({ d: records })

/** A stored token as the record that CleverTap documents: nothing else is ever sent. Pure. */
export const recordFor = (objectId: string, token: Token, padding: KeyPadding): TokenRecord => {
  const { id, type, keys } = token
  if (!keys) return { type: 'token', tokenData: { id, type }, objectId }
  const write = padding === 'padded' ? padBase64 : (key: string): string => key
  return {
    type: 'token',
    tokenData: { id, type, keys: { p256dh: write(keys.p256dh), auth: write(keys.auth) } },
    objectId,
  }
}
