import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/** Derives the registration key of an objectId: 43 characters of base64url. Rejects when the secret cannot be had. */
export type RegistrationKeys = (account: string, objectId: string) => Promise<string>

/**
 * Makes registration keys: HMAC-SHA256 over account and objectId, so that nothing has to be kept. Both are encoded as
 * one JSON array, because two texts put side by side could be read in two ways.
 *
 * @param loadSecret is asked when the first key is needed, and again after it has failed.
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
