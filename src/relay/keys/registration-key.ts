import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** Derives the registration key of an objectId: 43 characters of base64url. Rejects when the secret cannot be loaded. */
export type RegistrationKeys = (account: string, objectId: string) => Promise<string>

/**
 * Makes registration keys: HMAC-SHA256 over account and objectId, so that no key has to be stored. Both are encoded as one
 * JSON array, because plain concatenation would be ambiguous.
 *
 * @param loadSecret called for the first key, and again after it has failed.
 */
export const createRegistrationKeys = (loadSecret: () => Promise<string>): RegistrationKeys => {
  let secret: KeyObject | undefined
  return async (account, objectId) => {
    secret ??= createSecretKey(await loadSecret(), 'utf8')
    return createHmac('sha256', secret)
      .update(JSON.stringify([account, objectId]))
      .digest('base64url')
  }
}
