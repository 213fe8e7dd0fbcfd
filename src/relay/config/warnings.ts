import { isReadableOnTheWay, readPostgresAddress } from './postgres-address.ts'
import type { Config } from './types.ts'

/** What a relay may start with, but its operator ought to know. One line each, without a secret. */
export const warningsOf = (
  { secret, adminKey, store, accounts }: Omit<Config, 'warnings'>,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] => {
  const warnings: string[] = []
  const address = store.kind === 'postgres' ? readPostgresAddress(store.url) : undefined
  if (address && isReadableOnTheWay(address, env))
    warnings.push(
      'PUSHFERRY_STORE names a PostgreSQL on another machine without TLS, so that tokens and its password can be read on the way: add ?sslmode=verify-full',
    )
  if (secret !== undefined && secret.length < 32)
    warnings.push(
      'PUSHFERRY_SECRET is shorter than 32 characters: whoever has a registration key could try to guess it',
    )
  if (adminKey !== undefined && adminKey.length < 16) warnings.push('PUSHFERRY_ADMIN_KEY is shorter than 16 characters')
  for (const { id, origins, apiKeys, vapidPublicKey } of accounts) {
    if (origins.length > 0 && vapidPublicKey === undefined)
      warnings.push(
        `account ${id} has PUSHFERRY_ORIGINS but no PUSHFERRY_VAPID_PUBLIC_KEY: pages cannot subscribe unless each brings the key itself; take it from the CleverTap dashboard`,
      )
    if (origins.length === 0 && apiKeys.length === 0)
      warnings.push(`account ${id} takes no records: neither PUSHFERRY_ORIGINS nor PUSHFERRY_API_KEYS is set`)
    for (const { name, key } of apiKeys)
      if (key.length < 16) warnings.push(`the API key ${name} of account ${id} is shorter than 16 characters`)
  }
  return warnings
}
