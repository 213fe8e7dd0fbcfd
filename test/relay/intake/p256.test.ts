import { createECDH, ECDH } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOnP256 } from '../../../src/relay/intake/p256.ts'

/** Node's own answer, the oracle. */
const nodeTakes = (point: Uint8Array): boolean => {
  try {
    ECDH.convertKey(point, 'prime256v1', undefined, undefined, 'uncompressed')
    return true
  } catch {
    return false
  }
}

const compressed = (key: Buffer): Buffer =>
  Buffer.from(ECDH.convertKey(key, 'prime256v1', undefined, 'hex', 'compressed').toString(), 'hex')

describe('a point on P-256', () => {
  it('is every public key of the curve', () => {
    for (let round = 0; round < 20; round++) expect(isOnP256(createECDH('prime256v1').generateKeys())).toBe(true)
  })

  it('is not the documented sample key, nor one of another length or form', () => {
    const sample = 'BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds='
    const key = createECDH('prime256v1').generateKeys()
    expect(isOnP256(Buffer.from(sample, 'base64url'))).toBe(false)
    expect(isOnP256(key.subarray(0, 64))).toBe(false)
    expect(isOnP256(Buffer.concat([key, Buffer.of(0)]))).toBe(false)
    expect(isOnP256(compressed(key))).toBe(false)
    expect(isOnP256(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 255)]))).toBe(false)
    expect(isOnP256(Buffer.concat([Buffer.of(4), Buffer.alloc(64)]))).toBe(false)
  })

  it('is what Node takes for one, also after a bit has flipped', () => {
    fc.assert(
      fc.property(fc.nat(64 * 8 - 1), (bit) => {
        const point = createECDH('prime256v1').generateKeys()
        const at = 1 + (bit >> 3)
        point[at] = (point[at] ?? 0) ^ (1 << (bit & 7))
        expect(isOnP256(point)).toBe(nodeTakes(point))
      }),
      { numRuns: 200 },
    )
  })
})
