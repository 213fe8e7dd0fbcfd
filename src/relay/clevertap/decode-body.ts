import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

const decoders: Readonly<Record<string, (bytes: Uint8Array, limits: { maxOutputLength: number }) => Uint8Array>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
}

/**
 * The text of an answer's body. The relay asks for one that is not compressed, but what stands between may compress it all
 * the same. Empty where it cannot be read or would be longer than `maxBytes`.
 */
export const decodeBody = (bytes: Buffer, encoding: string | undefined, maxBytes: number): string => {
  const name = encoding?.trim().toLowerCase() ?? 'identity'
  if (name === 'identity' || name === '') return bytes.toString('utf8')
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined
  try {
    return decode ? Buffer.from(decode(bytes, { maxOutputLength: maxBytes })).toString('utf8') : ''
  } catch {
    return ''
  }
}
