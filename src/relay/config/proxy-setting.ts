import type { EgressProxy } from '../clevertap/proxy.ts'
import { ConfigError } from './error.ts'
import { canDecode } from './postgres-address.ts'

type Environment = Readonly<Record<string, string | undefined>>

const firstOf = (env: Environment, ...names: readonly string[]): { name: string; value: string } | undefined =>
  names.map((name) => ({ name, value: env[name]?.trim() ?? '' })).find(({ value }) => value !== '')

/** Whether a URL has only the address of a proxy. An unescaped # or / in a password would end the host part too early. */
const isProxy = ({ protocol, hostname, pathname, search, hash, username, password }: URL): boolean =>
  /^https?:$/.test(protocol) &&
  hostname !== '' &&
  `${pathname}${search}${hash}` === '/' &&
  [username, password].every(canDecode)

/**
 * Reads `HTTPS_PROXY` and `NO_PROXY`. Their lower-case names win, as in curl. A host without a scheme is an http proxy.
 * Returns undefined where no proxy is set. Throws a ConfigError.
 */
export const readProxy = (env: Environment): EgressProxy | undefined => {
  const found = firstOf(env, 'https_proxy', 'HTTPS_PROXY')
  if (!found) return undefined
  const value = found.value.includes('://') ? found.value : `http://${found.value}`
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (!url || !isProxy(url))
    throw new ConfigError(
      `${found.name} must be the URL of a proxy, http://host:port or https://host:port${found.value.includes('@') ? '; in the user name and password write # as %23, / as %2F, ? as %3F, @ as %40 and % as %25' : ''}`,
    )
  return { url: url.href, noProxy: firstOf(env, 'no_proxy', 'NO_PROXY')?.value ?? '' }
}
