import { constants, gunzipSync } from 'node:zlib'
import { ImportError } from './error.ts'
import { unifyLineBreaks } from './line-breaks.ts'

/** Encoding and beginning of an input. */
export interface Head {
  gzip: boolean
  /** The encoding by the byte order mark; UTF-8 without one. */
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be'
  /** The beginning, unpacked and decoded, with `\n` or `\r\n` after each line. */
  text: string
}

/** The message for a gzip that ends too early. */
export const damagedGzip = 'its gzip is damaged or cut off: download or compress it again'

const startsWith = (bytes: Buffer, ...start: number[]): boolean => start.every((byte, at) => bytes[at] === byte)

/** Size of a head. */
export const headBytes = 64 * 1024
/** Size of the head of a JSON file. The longest record is 1 MiB, and recognising an export needs a whole record. */
export const jsonHeadBytes = 1024 * 1024 + headBytes
/** Number of bytes that are unpacked at first, because a small file may unpack to a very large one. */
const firstPacked = 16_384

/** Whether a head may be the beginning of NDJSON or JSON. */
export const isJson = ({ text }: Head): boolean => /^\s*[{[]/.test(text)

/** Unpacks the beginning. Takes four times as many packed bytes on each try, until the result is long enough. */
const unpack = (bytes: Buffer, sizeBytes: number): Buffer => {
  // An input this short has been read as a whole, so its end must be the end of its gzip.
  const isWhole = bytes.length <= firstPacked
  let unpacked: Buffer | undefined
  for (let packed = firstPacked; ; packed *= 4) {
    try {
      unpacked = gunzipSync(bytes.subarray(0, packed), {
        finishFlush: isWhole ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      })
    } catch (error) {
      // Reading the input reports damage that begins later.
      if (unpacked) return unpacked
      if (isWhole && error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR')
        throw new ImportError('usage', damagedGzip, { cause: error })
      throw new ImportError('usage', 'it begins like gzip, and is damaged: download or compress it again', {
        cause: error,
      })
    }
    if (unpacked.length >= sizeBytes || packed >= bytes.length) return unpacked
  }
}

const encodingOf = (bytes: Buffer): Head['encoding'] =>
  startsWith(bytes, 0xff, 0xfe) ? 'utf-16le' : startsWith(bytes, 0xfe, 0xff) ? 'utf-16be' : 'utf-8'

/**
 * Reads the beginning of an input of any length.
 *
 * @param bytes at least the first `sizeBytes` of the input, or all of it.
 * @throws ImportError (`usage`) for binary data, and for a short gzip that is cut off.
 */
export const readHead = (bytes: Buffer, sizeBytes = headBytes): Head => {
  const gzip = startsWith(bytes, 0x1f, 0x8b)
  const unpacked = (gzip ? unpack(bytes, sizeBytes) : bytes).subarray(0, sizeBytes)
  if (startsWith(unpacked, 0x50, 0x4b, 0x03, 0x04))
    throw new ImportError('usage', 'it is an Excel workbook or a zip archive: save it as CSV, or unpack it')
  const encoding = encodingOf(unpacked)
  if (encoding === 'utf-8' && unpacked.includes(0))
    throw new ImportError('usage', 'it is binary data: give CSV, NDJSON or JSON, in UTF-8, plain or gzipped')
  const text = unifyLineBreaks(new TextDecoder(encoding).decode(unpacked, { stream: true }))
  if (text.trimStart().startsWith('<'))
    throw new ImportError(
      'usage',
      'it is XML or a web page: export it as CSV or JSON, and check whether you were signed in',
    )
  return { gzip, encoding, text }
}
