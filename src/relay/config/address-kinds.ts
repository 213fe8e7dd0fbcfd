import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { tokenTypes } from '../../wire/record.ts'
import type { Kind } from './kinds.ts'
import { isLoopback } from './loopback.ts'
import { postgresHint, readPostgresAddress } from './postgres-address.ts'
import { regions } from './region.ts'
import type { StoreLocation, WebType } from './types.ts'

const readOrigin = (input: string): URL | undefined => {
  if (!URL.canParse(input)) return undefined
  const url = new URL(input)
  // Only an origin: no user, path, query or fragment, and no scheme with an opaque origin.
  return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !/[?#]$/.test(input) ? url : undefined
}

const originHint = (input: string): string | undefined => {
  if (input.includes('*')) return '* is not a wildcard here, list each origin'
  if (/[\s;]/.test(input)) return 'it has a space or a semicolon, separate entries with commas'
  if (/^["'[]/.test(input)) return 'it begins with a quote or a bracket, remove both of them'
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(input)) return 'it does not begin with https://'
  if (!URL.canParse(input)) return undefined
  const { pathname, search, hash, username } = new URL(input)
  if (username !== '') return 'it has a user name, remove it'
  return pathname !== '/' || search !== '' || hash !== '' ? 'it has a path, query or fragment, remove it' : undefined
}

/** The origin of a website, as browsers send it in the `Origin` header. */
export const websiteOrigin: Kind<string> = {
  allowed: 'an exact origin with scheme, host and port only, such as https://www.example.com',
  // A URL may have a * in its host, but no browser sends such an origin. The operator expects a wildcard.
  read: (input) => (input.includes('*') ? undefined : readOrigin(input)?.origin),
  hint: originHint,
}

const isDashboard = ({ hostname }: URL): boolean => hostname.endsWith('dashboard.clevertap.com')

/** The origin of CleverTap's API. The relay sends the passcode there, so plain http is allowed to loopback only. */
export const apiOrigin: Kind<string> = {
  allowed: 'an https origin without a path, such as https://in1.api.clevertap.com (plain http only to loopback)',
  read: (input) => {
    const url = readOrigin(input)
    if (url && isDashboard(url)) return undefined
    return url && (url.protocol === 'https:' || isLoopback(url.hostname)) ? url.origin : undefined
  },
  hint: (input) => {
    if (URL.canParse(input) && isDashboard(new URL(input)))
      return 'this is the dashboard, set CLEVERTAP_REGION to the first word of its address instead'
    return readOrigin(input) ? 'the relay would send the passcode unencrypted, use https' : originHint(input)
  },
}

/** In any letter case, because the dashboard shows capitals. Must end in a digit, as every region does: refuses country names. */
export const region: Kind<string> = {
  allowed: `a region such as ${regions.join(' ')}`,
  read: (input) => (/^[a-z][a-z0-9-]{0,29}[0-9]$/i.test(input) ? input.toLowerCase() : undefined),
  hint: (input) =>
    input.includes('.')
      ? "use only the first word of the dashboard's address, or set CLEVERTAP_URL"
      : "it is the first word of the dashboard's address: eu1 for https://eu1.dashboard.clevertap.com",
}

/** The address to listen on. */
export const listenHost: Kind<string> = {
  allowed: 'a host name or an address',
  read: (input) => (isIP(input) !== 0 || /^[\w.-]{1,255}$/.test(input) ? input : undefined),
  hint: (input) => {
    if (/^\[.*\]$/.test(input)) return 'write an IPv6 address without brackets'
    if (input.includes('://')) return 'write it without http:// and without a path'
    if (/:\d+$/.test(input)) return 'set the port in PUSHFERRY_PORT'
    return input === '*' ? 'for all addresses write 0.0.0.0 or ::' : undefined
  },
}

const namedRanges = ['loopback', 'linklocal', 'uniquelocal']

/** A proxy whose `X-Forwarded-For` is trusted. A range of all addresses is refused, because it would trust every client. */
export const proxyRange: Kind<string> = {
  allowed: `an address, a CIDR range of less than all addresses, or one of ${namedRanges.join(' ')}`,
  read: (input) => {
    if (namedRanges.includes(input) || isIP(input) !== 0) return input
    const [address = ''] = input.split('/')
    if (isIP(address) === 0 || !ipaddr.isValidCIDR(input)) return undefined
    const [base, bits] = ipaddr.parseCIDR(input)
    return bits > (base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() ? 96 : 0) ? input : undefined
  },
  hint: (input) =>
    /^(true|yes|on|\*|all)$/i.test(input) || /\/0+$/.test(input)
      ? 'it would trust every client, set the address or range of your proxy'
      : 'set the address or range of your proxy, such as 10.0.0.0/8; host names and numbers of hops are not accepted',
}

/** `host=type`: a push service and the token type for uploads. */
export const webType: Kind<WebType> = {
  allowed: `host=type or *.suffix=type, with a type of ${tokenTypes.join(' ')}`,
  read: (input) => {
    const [, host, name] = /^((?:\*\.)?[\w-]+(?:\.[\w-]+)*(?::\d{1,5})?)=(\w+)$/.exec(input) ?? []
    const type = tokenTypes.find((one) => one === name?.toLowerCase())
    return host && type ? { host: host.toLowerCase(), type } : undefined
  },
  hint: (input) => {
    if (!input.includes('=')) return 'it has no = and type after the host'
    return /\//.test(input) ? 'write the host alone, without https:// and without a path' : undefined
  },
}

export const storeLocation: Kind<StoreLocation> = {
  allowed: 'sqlite:PATH or postgres://…',
  read: (input) => {
    const path = input.startsWith('sqlite:') ? input.slice('sqlite:'.length) : ''
    // Some programs read sqlite:///x as /x, others as x. The relay refuses it instead of guessing.
    if (path.startsWith('//')) return undefined
    if (path !== '' && path !== ':memory:') return { kind: 'sqlite', path }
    return readPostgresAddress(input) ? { kind: 'postgres', url: input } : undefined
  },
  hint: (input) => {
    if (input === 'sqlite::memory:') return 'a store in memory would be lost at every restart'
    if (input.startsWith('sqlite://'))
      return 'write no // after sqlite: (sqlite:/data/pushferry.db, or sqlite:pushferry.db in the working folder)'
    return input.includes(':') ? postgresHint(input) : 'for a file, write sqlite: before its path'
  },
}
