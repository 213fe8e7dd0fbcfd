import { describe, expect, it } from 'vitest'
import { addressKey } from '../../../src/relay/http/client-address.ts'

describe('the key of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::1', '0:0:0:0'],
    ['2001:db8:1:2:3:4:5:6', '8193:3512:1:2'],
    ['2001:db8:1:2::ffff', '8193:3512:1:2'],
    ['2001:db8:1:3::ffff', '8193:3512:1:3'],
    ['not:an:address', 'unreadable'],
  ])('%s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })
})
