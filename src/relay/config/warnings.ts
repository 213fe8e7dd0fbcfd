import type { Config } from './types.ts'

/** What a relay may start with, but its operator ought to know. One line each, without a secret. */
export const warningsOf = ({ secret, adminKey, accounts }: Omit<Config, 'warnings'>): readonly string[] => {
  const warnings: string[] = []
  if (secret !== undefined && secret.length < 32)
    warnings.push(
      'PUSHFERRY_SECRET is shorter than 32 characters: whoever has a registration key could try to guess it',
    )
  if (adminKey !== undefined && adminKey.length < 16) warnings.push('PUSHFERRY_ADMIN_KEY is shorter than 16 characters')
  for (const { id, origins, apiKeys } of accounts) {
    if (origins.length === 0 && apiKeys.length === 0)
      warnings.push(`account ${id} takes no records: neither PUSHFERRY_ORIGINS nor PUSHFERRY_API_KEYS is set`)
    for (const { name, key } of apiKeys)
      if (key.length < 16) warnings.push(`the API key ${name} of account ${id} is shorter than 16 characters`)
  }
  return warnings
}
