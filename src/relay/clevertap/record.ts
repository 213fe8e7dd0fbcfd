import { padBase64 } from '../../wire/base64.ts'
import type { Token, TokenRecord } from '../../wire/record.ts'

/** How the keys of a `chrome` token are sent: `padded` as in CleverTap's samples, `unpadded` as browsers give them. */
export type KeyPadding = 'padded' | 'unpadded'

/** The body of an upload request. */
export const bodyOf = (records: readonly TokenRecord[]): string => JSON.stringify({ d: records })

/** Turns a stored token into the record that CleverTap documents, with no other members. Pure. */
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
