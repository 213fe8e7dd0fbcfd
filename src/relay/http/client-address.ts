import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/**
 * Reads an address in each form that proxies write into `X-Forwarded-For`: bare, with a port (Azure), in brackets, in
 * quotes (RFC 7239 §4), or with a zone. Returns an IPv4-mapped IPv6 address as IPv4. Undefined for anything else.
 */
export const readAddress = (value: string | undefined): Address | undefined => {
  const bare = (value ?? '').trim().replace(/^"(.*)"$/, '$1')
  const [, inBrackets, withPort] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(bare) ?? []
  const address = (inBrackets ?? withPort ?? bare).replace(/%.*$/, '')
  return isIP(address) === 0 ? undefined : ipaddr.process(address)
}

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** Whether a proxy's address, in any form, is in one of these ranges: addresses, CIDR ranges, or `named` ones. */
export type Trust = (address: string | undefined) => boolean

/** Reads a range. Turns an IPv4-mapped IPv6 range into an IPv4 range, as `readAddress` does with addresses. */
const readRange = (value: string): [Address, number] => {
  const [base, bits] = ipaddr.parseCIDR(value.includes('/') ? value : `${value}/${value.includes(':') ? 128 : 32}`)
  return base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && bits >= 96
    ? [base.toIPv4Address(), bits - 96]
    : [base, bits]
}

/** Makes the check whether a proxy is trusted, from `PUSHFERRY_TRUST_PROXY`. */
export const createTrust = (ranges: readonly string[]): Trust => {
  const parsed = ranges.flatMap((range) => named[range] ?? [range]).map(readRange)
  return (value) => {
    const address = parsed.length > 0 ? readAddress(value) : undefined
    return (
      address !== undefined &&
      parsed.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits))
    )
  }
}

/** The client's address: the last forwarded one that is not a trusted proxy's, or the peer's if that cannot be read. */
export const clientAddress = ({ ip, raw }: Pick<FastifyRequest, 'ip' | 'raw'>): Address | undefined =>
  readAddress(ip) ?? readAddress(raw.socket.remoteAddress)

/** The prefix of an IPv6 address as a string that is the same for every address in it. */
const prefix = ({ parts }: ipaddr.IPv6, bits: number): string => {
  const groups = parts.slice(0, Math.ceil(bits / 16))
  const spare = groups.length * 16 - bits
  return `${groups.map((group, at) => (at === groups.length - 1 ? (group >> spare) << spare : group)).join(':')}/${bits}`
}

/** The counting key of one subscriber: an IPv4 address, or an IPv6 /64, which providers give to one subscriber. */
export const subscriberOf = (address: Address | undefined): string => {
  if (!address) return 'unknown'
  return address instanceof ipaddr.IPv4 ? address.toString() : prefix(address, 64)
}

/** The networks of an address, each with its limit as a multiple of a subscriber's. */
export const networksOf = (address: Address | undefined): readonly { key: string; times: number }[] => {
  const subscriber = { key: subscriberOf(address), times: 1 }
  if (!address) return [subscriber]
  return address instanceof ipaddr.IPv4
    ? [subscriber, { key: `${address.octets.slice(0, 3).join('.')}/24`, times: 16 }]
    : [subscriber, { key: prefix(address, 56), times: 4 }, { key: prefix(address, 48), times: 16 }]
}
