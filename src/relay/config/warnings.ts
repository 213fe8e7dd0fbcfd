import { isLoopback } from './loopback.ts'
import { nearest } from './nearest.ts'
import { isReadableOnTheWay, readPostgresAddress } from './postgres-address.ts'
import { knownNames, settingNameOf } from './source.ts'
import type { Config } from './types.ts'

/** Two weekly confirmations and a day. */
const leastKeyIdleMs = 15 * 86_400_000

/**
 * Warnings about unknown names that resemble settings. They may belong to another program. An unknown name that begins with
 * `PUSHFERRY_` is an error instead; see load.ts.
 */
const misspelt = (names: readonly string[]): string[] =>
  names.flatMap((name) => {
    if (!/^(?:clever|pushf)/i.test(name) || name.startsWith('PUSHFERRY_') || settingNameOf(name)) return []
    const meant = nearest(name, knownNames)
    return meant === undefined ? [] : [`${name} is not a setting and is ignored: did you mean ${meant}?`]
  })

const isSet = (env: Readonly<Record<string, string | undefined>>, ...names: readonly string[]): boolean =>
  names.some((name) => (env[name]?.trim() ?? '') !== '')

/** A value that is wrapped in quotes is refused. A value that only begins or ends with a quote may be intended. */
const halfQuoted = (value: string | undefined): boolean => /^["']|["']$/.test(value ?? '')

/** Warnings about settings that work but are risky. One line each, without secrets. */
export const warningsOf = (
  { secret, adminKey, store, accounts }: Omit<Config, 'warnings'>,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] => {
  const warnings = misspelt(Object.keys(env))
  if (isSet(env, 'ALL_PROXY', 'all_proxy') && !isSet(env, 'HTTPS_PROXY', 'https_proxy'))
    warnings.push('ALL_PROXY is not used: if the relay needs a proxy to reach CleverTap, set HTTPS_PROXY')
  if (halfQuoted(adminKey)) warnings.push('PUSHFERRY_ADMIN_KEY begins or ends with a quote, which counts as part of it')
  const address = store.kind === 'postgres' ? readPostgresAddress(store.url) : undefined
  if (address && isReadableOnTheWay(address, env))
    warnings.push(
      'PUSHFERRY_STORE names a PostgreSQL server on another machine without TLS, so tokens and its password can be read on the network: add ?sslmode=verify-full',
    )
  if (secret !== undefined && secret.length < 32)
    warnings.push('PUSHFERRY_SECRET is shorter than 32 characters: an attacker with a registration key could guess it')
  if (adminKey !== undefined && adminKey.length < 16) warnings.push('PUSHFERRY_ADMIN_KEY is shorter than 16 characters')
  for (const { id, passcode, origins, apiKeys, vapidPublicKey, keyIdleMs } of accounts) {
    if (halfQuoted(passcode))
      warnings.push(`CLEVERTAP_PASSCODE of account ${id} begins or ends with a quote, which counts as part of it`)
    if (keyIdleMs < leastKeyIdleMs)
      warnings.push(
        `account ${id} has a PUSHFERRY_KEY_IDLE of less than 15d: pages confirm once a week, so other browsers can claim the IDs of browsers that still visit`,
      )
    if (origins.length > 0 && vapidPublicKey === undefined)
      warnings.push(
        `account ${id} has PUSHFERRY_ORIGINS but no PUSHFERRY_VAPID_PUBLIC_KEY: pages cannot subscribe unless each one sets the key itself; copy it from the CleverTap dashboard`,
      )
    if (origins.some((origin) => origin.startsWith('http:') && !isLoopback(new URL(origin).hostname)))
      warnings.push(
        `account ${id} has an http origin in PUSHFERRY_ORIGINS: browsers offer push to https pages only, so write https`,
      )
    if (origins.length === 0 && apiKeys.length === 0)
      warnings.push(`account ${id} accepts no records: neither PUSHFERRY_ORIGINS nor PUSHFERRY_API_KEYS is set`)
    for (const { name, key } of apiKeys)
      if (key.length < 16) warnings.push(`the API key ${name} of account ${id} is shorter than 16 characters`)
  }
  return warnings
}
