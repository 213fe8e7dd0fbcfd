import { isLoopback } from './loopback.ts'

/** The parts of a PostgreSQL address, as the driver `pg` reads it, without secrets. */
export interface PostgresAddress {
  /** A host name, an IP address without brackets, or the folder of a socket. Empty: the driver's default. */
  host: string
  port: string
  /** Whether the address asks for TLS; undefined where it does not mention TLS. */
  tls: boolean | undefined
}

/** Whether each `%` in a part of a URL begins an escape. */
export const canDecode = (input: string): boolean => {
  try {
    decodeURIComponent(input)
    return true
  } catch {
    return false
  }
}

/** Parses a URL as `pg-connection-string` does: unescaped % and spaces are kept, and the host may be missing. */
const parse = (input: string): { url: URL; hasHost: boolean } | undefined => {
  const encoded = / |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(input) ? encodeURI(input).replace(/%25(\d\d)/g, '%$1') : input
  if (URL.canParse(encoded)) return { url: new URL(encoded), hasHost: true }
  const withHost = encoded.replace('@/', '@___DUMMY___/')
  return URL.canParse(withHost) ? { url: new URL(withHost), hasHost: false } : undefined
}

/** Whether the URL has an @ after the host, or a fragment: an unescaped character in the password has ended the host part. */
const isCutShort = ({ hash, username, pathname, search }: URL): boolean =>
  hash !== '' || (username === '' && (pathname.includes('@') || /^[^=&]*@/.test(search)))

const tlsOf = (params: URLSearchParams): boolean | undefined => {
  const mode = params.get('sslmode')
  if (mode !== null) return mode !== 'disable'
  const ssl = params.get('ssl')
  if (ssl !== null) return ssl === 'true' || ssl === '1'
  return ['sslcert', 'sslkey', 'sslrootcert'].some((name) => params.has(name)) ||
    params.get('sslnegotiation') === 'direct'
    ? true
    : undefined
}

/**
 * Reads `postgres://…`, `postgresql://…` and `socket:…`: every address that `pg` takes, without loading `pg`. Returns
 * undefined for anything else, and for an address whose password has unescaped characters that hide the host.
 */
export const readPostgresAddress = (input: string): PostgresAddress | undefined => {
  const [, scheme] = /^(postgres|postgresql|socket):/i.exec(input) ?? []
  const parsed = scheme === undefined ? undefined : parse(input)
  if (!parsed || isCutShort(parsed.url)) return undefined
  const { url, hasHost } = parsed
  if (![url.username, url.password, url.hostname, url.pathname].every(canDecode)) return undefined
  if (scheme?.toLowerCase() === 'socket') return url.pathname === '' ? undefined : socketAt(decodeURI(url.pathname))
  if (!/^postgres(ql)?:\/\//i.test(input)) return undefined
  const host = url.searchParams.get('host') ?? (hasHost ? decodeURIComponent(url.hostname) : '')
  const port = url.searchParams.get('port') ?? url.port
  return { host: host.replace(/^\[(.+)\]$/, '$1'), port: port === '' ? '5432' : port, tls: tlsOf(url.searchParams) }
}

const socketAt = (host: string): PostgresAddress => ({ host, port: '5432', tls: undefined })

/** Explains why an address cannot be read, where the reason is likely. */
export const postgresHint = (input: string): string | undefined =>
  /^postgres(ql)?:\/\/[^@]*:.*@/is.test(input)
    ? 'in the user name and password write # as %23, / as %2F, ? as %3F, @ as %40 and % as %25'
    : undefined

/**
 * Whether the connection to this server is unencrypted and leaves this machine.
 *
 * @param env the environment, from which the driver reads what the address lacks.
 */
export const isReadableOnTheWay = (
  { host, tls }: PostgresAddress,
  { PGHOST, PGSSLMODE }: Readonly<Record<string, string | undefined>>,
): boolean => {
  const at = host || PGHOST || 'localhost'
  const isHere = at.startsWith('/') || isLoopback(at.includes(':') ? `[${at}]` : at)
  return !isHere && !(tls ?? (PGSSLMODE ? PGSSLMODE !== 'disable' : false))
}
