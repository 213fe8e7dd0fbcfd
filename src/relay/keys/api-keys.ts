import { timingSafeEqual } from 'node:crypto'
import type { AccountConfig } from '../config/types.ts'
import { digestOf } from './same-secret.ts'

/** Whom an API key belongs to. */
export interface Caller {
  account: AccountConfig
  /** The key's name, for logs and metrics. */
  keyName: string
}

/**
 * Makes the check of API keys: given a key and, where the caller names one, a CleverTap account id, it answers whose
 * key it is. Undefined when no account has this key, when another account than the named one has it, and when several
 * have it and none is named.
 *
 * Every known key is compared whatever was found before, so the time taken says nothing about them.
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
