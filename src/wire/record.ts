/** The token types that CleverTap's Upload Device Tokens API documents. */
export const tokenTypes = ['chrome', 'apns', 'gcm', 'fcm', 'wns', 'mpns'] as const
export type TokenType = (typeof tokenTypes)[number]

/** The two halves of a web subscription that a sender needs to encrypt for it (RFC 8291), in base64. */
export interface TokenKeys {
  p256dh: string
  auth: string
}

/** A push token as its platform gave it. `keys` is there for `chrome` and for no other type. */
export interface Token {
  id: string
  type: TokenType
  keys?: TokenKeys
}

/**
 * The one record of this product: what a browser or backend hands to the relay and what the relay hands to CleverTap.
 * Source of the shape: CleverTap, Upload Device Tokens API.
 */
export interface TokenRecord {
  type: 'token'
  tokenData: Token
  /** The CleverTap ID of the profile that gets the token. */
  objectId: string
}

/** What a browser posts to `/v1/subscriptions`: the record, and where it came from. */
export interface SubscriptionMessage extends TokenRecord {
  /** `PushSubscription.endpoint`, whole. It tells the relay the push service; it is never sent to CleverTap. */
  endpoint: string
  /** The token id that this one takes the place of, when the browser knows it. */
  replaces?: string
}

/** What the relay made of a record. */
export type IntakeResult = 'queued' | 'replaced' | 'unchanged'

/** The answer to a `SubscriptionMessage` (status 202): the registration is on disk. */
export interface Acknowledgement {
  result: IntakeResult
  objectId: string
  /** Proves later that the same browser is speaking. Sent back in the header `X-Pushferry-Key`. */
  registrationKey: string
}

/** The answer to `GET /v1/config`. */
export interface RelayConfig {
  vapidPublicKey: string | null
  tickets: 'off' | 'required'
}

/** The header that carries a registration key. */
export const registrationKeyHeader = 'X-Pushferry-Key'

/**
 * One text for one token: two tokens are the same exactly when these texts are equal. Expects canonical keys, as
 * `decodeRecord` returns them. The separator cannot occur in any part.
 */
export const canonicalToken = ({ type, id, keys }: Token): string =>
  keys ? `${type}\n${id}\n${keys.p256dh}\n${keys.auth}` : `${type}\n${id}`
