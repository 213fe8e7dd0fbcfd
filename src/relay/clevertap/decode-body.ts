import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

const decoders: Readonly<Record<string, (bytes: Uint8Array, limits: { maxOutputLength: number }) => Uint8Array>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
}

/**
 * Decodes the body of an answer to a string. The relay asks for an uncompressed body, but a proxy may compress it anyway. Returns ''
 * when the body cannot be decoded or is longer than `maxBytes`.
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
