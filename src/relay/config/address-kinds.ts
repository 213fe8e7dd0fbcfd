import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { tokenTypes } from '../../wire/record.ts'
import type { Kind } from './kinds.ts'
import type { StoreLocation, WebType } from './types.ts'

const readOrigin = (text: string): URL | undefined => {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  // An origin and nothing beside it: no user, path, query or fragment, and none of the schemes whose origin is opaque.
  return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !/[?#]$/.test(text) ? url : undefined
}

/** The origin of a website, as browsers write it in the header `Origin`. */
export const websiteOrigin: Kind<string> = {
  allowed: 'an exact origin with scheme, host and port only, such as https://www.example.com',
  // A URL may have a * in its host, but no browser sends such an origin: whoever writes it expects a pattern.
  read: (text) => (text.includes('*') ? undefined : readOrigin(text)?.origin),
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/** Where CleverTap's API is. The passcode goes there, so plain http is for this very machine only. */
export const apiOrigin: Kind<string> = {
  allowed: 'an https origin without a path, such as https://in1.api.clevertap.com (plain http only to loopback)',
  read: (text) => {
    const url = readOrigin(text)
    return url && (url.protocol === 'https:' || isLoopback(url.hostname)) ? url.origin : undefined
  },
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
}

/** `host=type`: a push service and the type that its tokens are uploaded as. */
export const webType: Kind<WebType> = {
  allowed: `host=type or *.suffix=type, with a type of ${tokenTypes.join(' ')}`,
  read: (text) => {
    const [, host, name] = /^((?:\*\.)?[\w-]+(?:\.[\w-]+)*(?::\d{1,5})?)=(\w+)$/.exec(text) ?? []
    const type = tokenTypes.find((one) => one === name)
    return host && type ? { host: host.toLowerCase(), type } : undefined
  },
}

export const storeLocation: Kind<StoreLocation> = {
  allowed: 'sqlite:PATH or postgres://…',
  read: (text) => {
    const path = text.startsWith('sqlite:') ? text.slice('sqlite:'.length) : ''
    if (path !== '' && path !== ':memory:') return { kind: 'sqlite', path }
    return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? { kind: 'postgres', url: text } : undefined
  },
}
