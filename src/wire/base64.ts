const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** A digit's value by its character code, in either alphabet; 255 for other characters. */
const values = new Uint8Array(128).fill(255)
for (const [value, digit] of [...alphabet].entries()) values[digit.charCodeAt(0)] = value
values['+'.charCodeAt(0)] = 62
values['/'.charCodeAt(0)] = 63

/**
 * Decodes base64 in either alphabet or a mix of both, padded or not (RFC 4648 §4 and §5). CleverTap's own sample combines the
 * URL-safe alphabet with padding.
 *
 * @returns the bytes, or `undefined` when the string is not base64. Never throws.
 */
export const decodeBase64 = (encoded: string): Uint8Array | undefined => {
  const digits = encoded.replace(/={1,2}$/, '')
  if (digits.length % 4 === 1) return undefined
  const bytes = new Uint8Array((digits.length * 3) >> 2)
  let bits = 0
  let held = 0
  let at = 0
  for (let position = 0; position < digits.length; position++) {
    const value = values[digits.charCodeAt(position)] ?? 255
    if (value === 255) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 255
    }
  }
  return bytes
}

/** Encodes bytes as URL-safe base64 without padding, the canonical form in which keys are stored and compared. */
export const encodeBase64Url = (bytes: ArrayLike<number>): string => {
  let encoded = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const three = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const digits = Math.min(bytes.length - at, 3) + 1
    for (let digit = 0; digit < digits; digit++) encoded += alphabet[(three >> (18 - 6 * digit)) & 63]
  }
  return encoded
}

/** Whether a valid base64 string is canonical, as `encodeBase64Url` writes it: no padding, no unused bits set at its end. */
export const isCanonicalBase64Url = (encoded: string): boolean => {
  const looseBits = [0, 0, 15, 3][encoded.length % 4] ?? 0
  return /^[\w-]*$/.test(encoded) && ((values[encoded.charCodeAt(encoded.length - 1)] ?? 0) & looseBits) === 0
}

/** Pads a canonical key to a multiple of four characters, as in CleverTap's documented samples. */
export const padBase64 = (encoded: string): string => encoded + '='.repeat((4 - (encoded.length % 4)) % 4)
