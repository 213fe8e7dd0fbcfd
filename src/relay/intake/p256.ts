const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

const readInteger = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

/**
 * Whether an uncompressed point (65 bytes, 0x04 first) is on P-256, so that messages can be encrypted for it. Constants:
 * NIST SP 800-186 §3.2.1.3; y² = x³ − 3x + b. The data is public, so it need not run in constant time. `ECDH.convertKey`
 * would take five times as long, on the relay's busiest path.
 */
export const isOnP256 = (point: Uint8Array): boolean => {
  if (point.length !== 65 || point[0] !== 4) return false
  const x = readInteger(point.subarray(1, 33))
  const y = readInteger(point.subarray(33))
  return x < p && y < p && (y * y - x * (x * x - 3n) - b) % p === 0n
}
