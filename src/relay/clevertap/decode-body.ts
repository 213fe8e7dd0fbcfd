import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

type Decode = (bytes: Uint8Array, limits: { maxOutputLength: number }) => Uint8Array

/** Some servers omit the zlib header, whose first byte ends in 8, from `deflate` (RFC 9110 §8.4.1.2). */
const inflate: Decode = (bytes, limits) => (((bytes[0] ?? 0) & 15) === 8 ? inflateSync : inflateRawSync)(bytes, limits)

const decoders: Readonly<Record<string, Decode>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflate,
  br: brotliDecompressSync,
}

/**
 * Decodes the body of an answer to a string. The relay asks for an uncompressed body, but a proxy may compress it anyway. A body
 * that is not compressed as its `Content-Encoding` says, or is longer than `maxBytes` when decoded, is returned undecoded: some
 * servers write `utf-8` in that header, and some proxies decompress a body and leave the header.
 */
export const decodeBody = (bytes: Buffer, encoding: string | undefined, maxBytes: number): string => {
  const name = encoding?.trim().toLowerCase() ?? ''
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined
  try {
    return Buffer.from(decode?.(bytes, { maxOutputLength: maxBytes }) ?? bytes).toString('utf8')
  } catch {
    return bytes.toString('utf8')
  }
}
