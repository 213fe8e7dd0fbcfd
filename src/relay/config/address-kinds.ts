import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { tokenTypes } from '../../wire/record.ts'
import type { Kind } from './kinds.ts'
import { isLoopback } from './loopback.ts'
import { postgresHint, readPostgresAddress } from './postgres-address.ts'
import type { StoreLocation, WebType } from './types.ts'

const readOrigin = (text: string): URL | undefined => {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  // An origin and nothing beside it: no user, path, query or fragment, and none of the schemes whose origin is opaque.
  return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !/[?#]$/.test(text) ? url : undefined
}

const originHint = (text: string): string | undefined => {
  if (text.includes('*')) return 'a * is no pattern here, name each origin'
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'it does not begin with https://'
  if (!URL.canParse(text)) return undefined
  const { pathname, search, hash, username } = new URL(text)
  if (username !== '') return 'it has a user, take it out'
  return pathname !== '/' || search !== '' || hash !== '' ? 'it goes on behind the host, end it there' : undefined
}

/** The origin of a website, as browsers write it in the header `Origin`. */
export const websiteOrigin: Kind<string> = {
  allowed: 'an exact origin with scheme, host and port only, such as https://www.example.com',
  // A URL may have a * in its host, but no browser sends such an origin: whoever writes it expects a pattern.
  read: (text) => (text.includes('*') ? undefined : readOrigin(text)?.origin),
  hint: originHint,
}

/** Where CleverTap's API is. The passcode goes there, so plain http is for this very machine only. */
export const apiOrigin: Kind<string> = {
  allowed: 'an https origin without a path, such as https://in1.api.clevertap.com (plain http only to loopback)',
  read: (text) => {
    const url = readOrigin(text)
    return url && (url.protocol === 'https:' || isLoopback(url.hostname)) ? url.origin : undefined
  },
  hint: (text) => (readOrigin(text) ? 'the passcode would go there unencrypted, write https' : originHint(text)),
}

/** In any letter case, because the dashboard shows it in capitals. Every region ends in a digit; the name of a country does not. */
export const region: Kind<string> = {
  allowed: 'a region such as eu1 in1 sg1 us1 aps3 mec1',
  read: (text) => (/^[a-z][a-z0-9-]{0,29}[0-9]$/i.test(text) ? text.toLowerCase() : undefined),
  hint: (text) =>
    text.includes('.') ? "it is the first word of the dashboard's address alone, or else set CLEVERTAP_URL" : undefined,
}

const namedRanges = ['loopback', 'linklocal', 'uniquelocal']

/** Whose `X-Forwarded-For` is believed. A range of every address there is would believe anybody, so it is refused. */
export const proxyRange: Kind<string> = {
  allowed: `an address, a CIDR range of less than all addresses, or one of ${namedRanges.join(' ')}`,
  read: (text) => {
    if (namedRanges.includes(text) || isIP(text) !== 0) return text
    const [address, prefix] = text.split('/')
    return address && isIP(address) !== 0 && prefix !== '0' && ipaddr.isValidCIDR(text) ? text : undefined
  },
  hint: (text) =>
    /^(true|yes|on|\*|all)$/i.test(text) || text.endsWith('/0')
      ? 'it would believe anybody, name the address or range of your proxy'
      : undefined,
}

/** `host=type`: a push service and the type that its tokens are uploaded as. */
export const webType: Kind<WebType> = {
  allowed: `host=type or *.suffix=type, with a type of ${tokenTypes.join(' ')}`,
  read: (text) => {
    const [, host, name] = /^((?:\*\.)?[\w-]+(?:\.[\w-]+)*(?::\d{1,5})?)=(\w+)$/.exec(text) ?? []
    const type = tokenTypes.find((one) => one === name?.toLowerCase())
    return host && type ? { host: host.toLowerCase(), type } : undefined
  },
}

export const storeLocation: Kind<StoreLocation> = {
  allowed: 'sqlite:PATH or postgres://…',
  read: (text) => {
    const path = text.startsWith('sqlite:') ? text.slice('sqlite:'.length) : ''
    if (path !== '' && path !== ':memory:') return { kind: 'sqlite', path }
    return readPostgresAddress(text) ? { kind: 'postgres', url: text } : undefined
  },
  hint: (text) => {
    if (text === 'sqlite::memory:') return 'what is in memory alone would be lost at every restart'
    return text.includes(':') ? postgresHint(text) : 'for a file write sqlite: before its path'
  },
}
