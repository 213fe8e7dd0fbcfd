import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64, encodeBase64Url, isCanonicalBase64Url, padBase64 } from '../../src/wire/base64.ts'
import { anyString } from '../support/any-string.ts'

const bytes = fc.uint8Array({ maxLength: 200 })

describe('base64', () => {
  it('is written as Node writes base64url', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(encodeBase64Url(data)).toBe(Buffer.from(data).toString('base64url'))
      }),
    )
  })

  it('is read from either alphabet, padded or not', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        const url = encodeBase64Url(data)
        for (const text of [url, padBase64(url), Buffer.from(data).toString('base64')])
          expect(decodeBase64(text)).toEqual(data)
      }),
    )
  })

  it('is canonical exactly when writing what was read gives the same text', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'ABQRgwz09-_+/='), maxLength: 12 })
    fc.assert(
      fc.property(digits, (text) => {
        const data = decodeBase64(text)
        if (data) expect(isCanonicalBase64Url(text)).toBe(encodeBase64Url(data) === text)
      }),
    )
  })

  it('is read from a mixture, as in CleverTap’s own sample', () => {
    const sample = 'BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds='
    expect(decodeBase64(sample)).toEqual(new Uint8Array(Buffer.from(sample, 'base64url')))
    expect(decodeBase64('-_+/')).toEqual(new Uint8Array(Buffer.from('-_-_', 'base64url')))
  })

  it.each(['A', 'AAAAA', 'AA A', 'AA\n', '====', 'AA===', 'A=A=', 'ä', 'AAAA\u0000', '__proto__!', 'constructor.'])(
    'refuses to decode the string %j',
    (text) => {
      expect(decodeBase64(text)).toBeUndefined()
    },
  )

  it('never throws, and what it reads it writes in a form that reads the same', () => {
    fc.assert(
      fc.property(anyString(100), (text) => {
        const read = decodeBase64(text)
        if (read) expect(decodeBase64(encodeBase64Url(read))).toEqual(read)
      }),
    )
  })

  it('is padded to a multiple of four', () => {
    expect(['', 'AA', 'AAA', 'AAAA'].map(padBase64)).toEqual(['', 'AA==', 'AAA=', 'AAAA'])
  })
})
