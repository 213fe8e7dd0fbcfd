/** One Content-Security-Policy, by directive. */
export type Policy = ReadonlyMap<string, readonly string[]>

/** Reads the policies of a header or a `<meta>` tag. A comma separates policies; all of them apply. */
export const parsePolicies = (header: string): readonly Policy[] =>
  header
    .split(',')
    .map((policy) => {
      const directives = new Map<string, readonly string[]>()
      for (const directive of policy.split(';')) {
        const [name, ...values] = directive.trim().split(/\s+/)
        // The first directive of a name applies (CSP3 §2.2.1).
        if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), values)
      }
      return directives
    })
    .filter(({ size }) => size > 0)

const fallbacks: Readonly<Record<string, readonly string[]>> = {
  'script-src': ['script-src-elem', 'script-src', 'default-src'],
  'connect-src': ['connect-src', 'default-src'],
  'worker-src': ['worker-src', 'child-src', 'script-src', 'default-src'],
}

const portOf = ({ protocol, port }: URL): string => port || (/^(https|wss):$/.test(protocol) ? '443' : '80')

/** Whether a source expression such as `*.example.com:8443/path/` matches a URL (CSP3 §6.7.2.8). */
const matchesHost = (source: string, url: URL, page: URL): boolean => {
  const parsed = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[^*:/]+)(?::(\d+|\*))?(\/[^?#]*)?$/i.exec(source)
  if (!parsed) return false
  const [, scheme, host = '', port, path] = parsed
  const wanted = `${(scheme ?? page.protocol.slice(0, -1)).toLowerCase()}:`
  const fitsScheme = url.protocol === wanted || (wanted === 'http:' && url.protocol === 'https:')
  const name = host.toLowerCase()
  const fitsHost =
    name === '*' || (name.startsWith('*.') ? url.hostname.endsWith(name.slice(1)) : url.hostname === name)
  const defaultPort = port === undefined && portOf(url) === (url.protocol === 'https:' ? '443' : '80')
  const fitsPort = port === '*' || port === portOf(url) || defaultPort
  const fitsPath = !path || path === '/' || (path.endsWith('/') ? url.pathname.startsWith(path) : url.pathname === path)
  return fitsScheme && fitsHost && fitsPort && fitsPath
}

const matches = (source: string, url: URL, page: URL): boolean => {
  if (source === '*') return /^https?:$/.test(url.protocol)
  if (/^[a-z][a-z0-9+.-]*:$/i.test(source))
    return url.protocol === source.toLowerCase() || (source === 'http:' && url.protocol === 'https:')
  if (source.toLowerCase() === "'self'") return url.origin === page.origin
  return !source.startsWith("'") && matchesHost(source, url, page)
}

/**
 * The directive that blocks a URL for a page; `undefined` where none does.
 *
 * @param nonce of the script tag. With `'strict-dynamic'` hosts are ignored, and only the nonce or a hash allows the script.
 */
export const blockedBy = (
  policies: readonly Policy[],
  kind: 'script-src' | 'connect-src' | 'worker-src',
  url: URL,
  page: URL,
  nonce?: string,
): string | undefined => {
  for (const policy of policies) {
    const name = fallbacks[kind]?.find((one) => policy.has(one))
    const sources = name === undefined ? undefined : policy.get(name)
    if (name === undefined || sources === undefined) continue
    if (kind === 'script-src' && nonce && sources.includes(`'nonce-${nonce}'`)) continue
    // The keyword applies to scripts and workers; `connect-src` ignores it.
    const strict = kind !== 'connect-src' && sources.includes("'strict-dynamic'")
    if (!strict && sources.some((source) => matches(source, url, page))) continue
    return strict ? `${name} with 'strict-dynamic'` : name
  }
  return undefined
}

/** Whether the policies require Trusted Types and do not allow the policy `pushferry`. */
export const refusesTrustedTypes = (policies: readonly Policy[]): boolean => {
  if (!policies.some((policy) => policy.get('require-trusted-types-for')?.includes("'script'"))) return false
  return policies.some((policy) => {
    const names = policy.get('trusted-types')
    return names !== undefined && !names.includes('pushferry') && !names.includes('*')
  })
}
