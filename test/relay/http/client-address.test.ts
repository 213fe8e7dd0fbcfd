import { describe, expect, it } from 'vitest'
import { createTrust, networksOf, readAddress, subscriberOf } from '../../../src/relay/http/client-address.ts'

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1:5432', '198.51.100.1'],
    ['"198.51.100.1:5432"', '198.51.100.1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:DB8:0::1]:4711', '2001:db8::1'],
    ['"[2001:db8::1]:4711"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    [' 192.0.2.1 ', '192.0.2.1'],
  ])('is read from every usual form of the header: %s', (text, address) => {
    expect(readAddress(text)?.toString()).toBe(address)
  })

  it.each([
    undefined,
    '',
    'unknown',
    '_hidden',
    '1.2',
    '0x7f000001',
    '1.2.3.4:port',
    'a.example:80',
    '2001:db8::1::2',
    '1.2.3.4.5',
  ])('is not read from %s', (text) => {
    expect(readAddress(text)).toBeUndefined()
  })

  it('belongs to a subscriber and to networks with more of an allowance', () => {
    const networks = (text: string) => networksOf(readAddress(text)).map(({ key, times }) => `${key} ${times}`)
    expect(networks('203.0.113.7')).toEqual(['203.0.113.7 1', '203.0.113/24 16'])
    expect(networks('2001:db8:1:2ff:3:4:5:6')).toEqual(
      ['2001:db8:1:2ff/64', '2001:db8:1:200/56', '2001:db8:1/48'].map((key, at) => {
        const groups = key
          .split('/')[0]
          ?.split(':')
          .map((group) => Number.parseInt(group, 16))
          .join(':')
        return `${groups}/${key.split('/')[1]} ${[1, 4, 16][at]}`
      }),
    )
    expect(networks('not an address')).toEqual(['unknown 1'])
  })

  it('of IPv6 is one subscriber with every other of its /64', () => {
    const of = (text: string) => subscriberOf(readAddress(text))
    expect(of('2001:db8:1:2::1')).toBe(of('2001:db8:1:2:ffff::9'))
    expect(of('2001:db8:1:3::1')).not.toBe(of('2001:db8:1:2::1'))
  })
})

describe('trust in proxies', () => {
  it('is given to IPv4 addresses and ranges that are written as IPv6', () => {
    const trusts = createTrust(['::ffff:10.0.0.0/104', '::ffff:192.0.2.1'])
    expect(['10.9.8.7', '::ffff:10.1.1.1', '192.0.2.1'].map(trusts)).toEqual([true, true, true])
    expect(['11.0.0.1', '192.0.2.2', '::ffff:11.0.0.1', '2001:db8::1'].map(trusts)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  it('is given to single addresses, ranges and named ranges, in every form', () => {
    const trusts = createTrust(['192.0.2.1', '2001:db8::/32', 'loopback', 'uniquelocal'])
    for (const trusted of [
      '192.0.2.1',
      '192.0.2.1:99',
      '[2001:db8::9]:1',
      '127.0.0.1',
      '::ffff:127.9.9.9',
      '::1',
      '10.9.8.7',
      'fd00::1',
    ])
      expect([trusted, trusts(trusted)]).toEqual([trusted, true])
    for (const other of ['192.0.2.2', '2001:db9::1', '11.0.0.1', '169.254.1.1', 'unknown', undefined])
      expect([other, trusts(other)]).toEqual([other, false])
  })

  it('trusts no proxy when no range is configured', () => {
    expect(createTrust([])('127.0.0.1')).toBe(false)
  })
})
