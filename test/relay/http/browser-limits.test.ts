import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { createBrowserLimits } from '../../../src/relay/http/browser-limits.ts'

const from = (ip: string) => ({ ip, raw: { socket: { remoteAddress: '127.0.0.1' } } }) as unknown as FastifyRequest // as far as it is looked at

/** How many of so many requests are let through, each from the next address. */
const taken = (requests: number, address: (n: number) => string, limit = 10): number => {
  const limits = createBrowserLimits(limit, () => 0)
  return Array.from({ length: requests }, (_, n) => limits.unproved(from(address(n)))).filter((refusal) => !refusal)
    .length
}
const hex = (n: number): string => n.toString(16)

describe('the limits of requests that prove nothing', () => {
  it.each<[string, number, (n: number) => string]>([
    ['an IPv4 address the limit', 10, () => '192.0.2.1'],
    ['an IPv4 address with a port that changes the limit', 10, (n) => `192.0.2.1:${n + 1}`],
    ['an IPv4 /24 sixteen times that', 160, (n) => `192.0.2.${n % 250}`],
    ['an IPv6 /64 the limit', 10, (n) => `2001:db8:0:0:${hex(n % 65_536)}::1`],
    ['an IPv6 /56 four times that', 40, (n) => `2001:db8:0:${hex(n % 256)}::1`],
    ['an IPv6 /48 sixteen times that', 160, (n) => `2001:db8:0:${hex(n % 65_536)}::1`],
    ['all addresses together a hundred times that', 1000, (n) => `2001:db8:${hex(n % 65_536)}::1`],
    ['senders whose address cannot be read what their proxy has', 10, () => 'unknown'],
  ])('give each size of network its multiple of PUSHFERRY_RATE_LIMIT: %s', (_, most, address) => {
    expect(taken(5000, address)).toBe(most)
  })

  it('do not count refused requests, so that one address does not use up the limit of its network', () => {
    const limits = createBrowserLimits(10, () => 0)
    for (let request = 0; request < 100_000; request++) limits.unproved(from('192.0.2.1'))
    expect(limits.unproved(from('192.0.2.2'))).toBeUndefined()
    expect(limits.unproved(from('198.51.100.1'))).toBeUndefined()
  })

  it('are none when the limit is 0', () => {
    expect(taken(5000, () => '192.0.2.1', 0)).toBe(5000)
  })
})

describe('the limit for an objectId', () => {
  it('counts those who show a proof apart from those who show none', () => {
    const limits = createBrowserLimits(2, () => 0)
    for (let request = 0; request < 1000; request++) limits.objectId('ACC', 'victim', false)
    expect(limits.objectId('ACC', 'victim', false)).toMatchObject({ code: 'too_many_requests' })
    expect(limits.objectId('ACC', 'victim', true)).toBeUndefined()
    expect(limits.objectId('OTHER', 'victim', false)).toBeUndefined()
  })

  it('tells every objectId there can be from every other, and keeps no more of a path than one could be', () => {
    const limits = createBrowserLimits(1, () => 0)
    const longest = '😀'.repeat(127)
    for (const objectId of ['a', 'b', `${longest}😀`, `${longest}😁`])
      expect(limits.objectId('ACC', objectId, false)).toBeUndefined()
    expect(limits.objectId('ACC', `x${'y'.repeat(2000)}`, false)).toBeUndefined()
    expect(limits.objectId('ACC', `x${'y'.repeat(1999)}`, false)).toBeDefined()
  })
})
