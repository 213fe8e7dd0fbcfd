import { timingSafeEqual } from 'node:crypto'
import type { AccountConfig } from '../config/types.ts'
import { digestOf } from './same-secret.ts'

/** The owner of an API key. */
export interface Caller {
  account: AccountConfig
  /** The key's name, for logs and metrics. */
  keyName: string
}

/**
 * Makes the function that finds the owner of an API key, given the key and, if the caller named one, a CleverTap account
 * id. It returns undefined when no account has the key, when only accounts other than the named one have it, and when
 * several have it and none is named.
 *
 * It compares every known key, whatever it found before, so that its duration reveals nothing.
 */
export const createApiKeyCheck = (
  accounts: readonly AccountConfig[],
): ((key: string, accountId: string | undefined) => Caller | undefined) => {
  const known = accounts.flatMap((account) =>
    account.apiKeys.map(({ name, key }) => ({ caller: { account, keyName: name }, digest: digestOf(key) })),
  )
  return (key, accountId) => {
    const given = digestOf(key)
    let found: Caller | undefined
    let callers = 0
    for (const { caller, digest } of known) {
      if (!timingSafeEqual(digest, given) || (accountId !== undefined && caller.account.id !== accountId)) continue
      found = caller
      callers++
    }
    return callers === 1 ? found : undefined
  }
}
