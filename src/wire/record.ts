/** The token types that CleverTap's Upload Device Tokens API documents. */
export const tokenTypes = ['chrome', 'apns', 'gcm', 'fcm', 'wns', 'mpns'] as const
export type TokenType = (typeof tokenTypes)[number]

/** The keys of a web subscription that a sender needs to encrypt messages (RFC 8291), in base64. */
export interface TokenKeys {
  p256dh: string
  auth: string
}

/** A push token from its platform. Only type `chrome` has `keys`. */
export interface Token {
  id: string
  type: TokenType
  keys?: TokenKeys
}

/**
 * The token record that browsers and backends send to the relay, and that the relay sends to CleverTap. Source of the
 * format: CleverTap, Upload Device Tokens API.
 */
export interface TokenRecord {
  type: 'token'
  tokenData: Token
  /** The CleverTap ID of the profile that gets the token. */
  objectId: string
}

/** The body that a browser posts to `/v1/subscriptions`: the record and its endpoint. */
export interface SubscriptionMessage extends TokenRecord {
  /** The whole `PushSubscription.endpoint`. It identifies the push service. The relay never sends it to CleverTap. */
  endpoint: string
  /** The token id that this one replaces, if the browser knows it. */
  replaces?: string
}

/** The relay's result for a record. */
export type IntakeResult = 'queued' | 'replaced' | 'unchanged'

/** The answer to a `SubscriptionMessage` (status 202): the registration is on disk. */
export interface Acknowledgement {
  result: IntakeResult
  objectId: string
  /** Proves later that a request comes from the same browser. Sent in the header `X-Pushferry-Key`. */
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
 * The canonical string of a token: two tokens are the same exactly when these strings are equal. Expects canonical keys, as
 * `decodeRecord` returns them. The separator cannot occur in any part.
 */
export const canonicalToken = ({ type, id, keys }: Token): string =>
  keys ? `${type}\n${id}\n${keys.p256dh}\n${keys.auth}` : `${type}\n${id}`
