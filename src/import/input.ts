import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ImportError } from './error.ts'
import { damagedGzip, type Head, headBytes, isJson, jsonHeadBytes, readHead } from './head.ts'

/** A file, a pipe, or standard input to import. */
export interface Input {
  /** The name from the command line; `standard input` for `-`. */
  name: string
  /** Size of the file on disk; undefined for anything but a regular file. */
  sizeBytes: number | undefined
  head: Head
  /**
   * The content, unpacked, in UTF-8 and without a byte order mark. A regular file can be read several times, any other input
   * once.
   *
   * @param onBytes called with the number of bytes read from the disk, before decompression.
   * @throws ImportError (`failed`) when it can no longer be read, or when its gzip is damaged or cut off.
   */
  read(onBytes?: (bytes: number) => void): AsyncIterable<Uint8Array>
  isRepeatable: boolean
  /** Stops waiting for more data of a pipe. Reading it then fails. */
  abandon(): void
}

const chunkBytes = 256 * 1024

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you have no permission to read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'there is no such file',
}

const cannotRead = (name: string, error: unknown): ImportError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return new ImportError('usage', `${name}: ${reasons[code] ?? `it cannot be read (${code})`}`, { cause: error })
}

const headOf = (bytes: Buffer, name: string, sizeBytes = headBytes): Head => {
  try {
    return readHead(bytes, sizeBytes)
  } catch (error) {
    throw error instanceof ImportError ? new ImportError(error.kind, `${name}: ${error.message}`) : error
  }
}

const stopped = (name: string, error: unknown): ImportError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const what = code.startsWith('Z_') ? damagedGzip : `it can no longer be read (${code})`
  return new ImportError('failed', `${name}: ${what}`, { cause: error })
}

/** Errors after trailing zeros: zlib ends its stream at the first zero byte after a gzip, and Node then refuses further bytes. */
const endedAtZero = ['ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR', 'ERR_STREAM_WRITE_AFTER_END']

/** Unpacks up to the end, or up to zeros after a gzip. Calls `onEnd` with the bytes that were read but not unpacked. */
const unpackParts = async function* (
  input: AsyncIterator<Uint8Array>,
  onEnd: (unused: Buffer) => void,
): AsyncGenerator<Uint8Array> {
  const unpacker = createGunzip({ chunkSize: chunkBytes })
  const taken: Uint8Array[] = []
  let droppedBytes = 0
  let isOver = false
  let next = input.next()
  // Not for await, which would close the input.
  const take = async function* (): AsyncGenerator<Uint8Array> {
    for (let one = await next; !one.done && !isOver; one = await next) {
      taken.push(one.value)
      for (let [first] = taken; first && droppedBytes + first.length <= unpacker.bytesWritten; [first] = taken) {
        droppedBytes += first.length
        taken.shift()
      }
      next = input.next()
      yield one.value
    }
  }
  const pumped = pipeline(Readable.from(take()), unpacker)
  pumped.catch(() => {}) // The loop below fails as well.
  try {
    for await (const chunk of unpacker) yield chunk
    await pumped.catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (!unpacker.readableEnded || !endedAtZero.includes(code)) throw error
    })
  } finally {
    unpacker.destroy()
  }
  isOver = true
  const last = await next
  onEnd(Buffer.concat([...taken, ...(last.done ? [] : [last.value])]).subarray(unpacker.bytesWritten - droppedBytes))
}
const chain = async function* (first: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  for (let one = await rest.next(); !one.done; one = await rest.next()) yield one.value
}

/** The bytes from the first one that is not zero; none when only zeros follow. */
const skipZeros = async (first: Buffer, rest: AsyncIterator<Uint8Array>): Promise<Buffer> => {
  for (let bytes = first; ; ) {
    const start = bytes.findIndex((byte) => byte !== 0)
    if (start !== -1) return bytes.subarray(start)
    const one = await rest.next()
    if (one.done) return Buffer.alloc(0)
    bytes = Buffer.from(one.value)
  }
}

/** Unpacks all gzips in a row. Skips the zeros that tapes and some storage systems add as padding between and after them. */
const gunzip = async function* (bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = bytes[Symbol.asyncIterator]()
  let unused: Buffer = Buffer.alloc(0)
  try {
    do {
      yield* unpackParts(chain(unused, input), (rest) => {
        unused = rest
      })
      unused = await skipZeros(unused, input)
    } while (unused.length > 0)
  } finally {
    await input.return?.()
  }
}

const toUtf8 = async function* (
  bytes: AsyncIterable<Uint8Array>,
  encoding: Head['encoding'],
): AsyncGenerator<Uint8Array> {
  if (encoding !== 'utf-8') {
    const decoder = new TextDecoder(encoding)
    for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }))
    yield Buffer.from(decoder.decode())
    return
  }
  // The byte order mark has three bytes, and the first chunk may be shorter.
  let start: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of bytes) {
    if (start === undefined) {
      yield chunk
      continue
    }
    start = Buffer.concat([start, chunk])
    if (start.length < 3) continue
    yield start.subarray(start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? 3 : 0)
    start = undefined
  }
  if (start !== undefined) yield start
}

const reading = async function* (
  name: string,
  { gzip, encoding }: Head,
  raw: () => AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of raw()) {
      onBytes(chunk.length)
      yield chunk
    }
  }
  try {
    yield* toUtf8(gzip ? gunzip(counted()) : counted(), encoding)
  } catch (error) {
    throw stopped(name, error)
  }
}

const openFile = async (name: string, sizeBytes: number): Promise<Input> => {
  const file = await open(name)
  try {
    const begin = async (size: number): Promise<Head> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0)
      return headOf(buffer.subarray(0, bytesRead), name, size)
    }
    const first = await begin(headBytes)
    const head = (first.gzip || sizeBytes > headBytes) && isJson(first) ? await begin(jsonHeadBytes) : first
    return {
      name,
      sizeBytes,
      head,
      isRepeatable: true,
      abandon: () => {},
      read: (onBytes = () => {}) =>
        reading(name, head, () => createReadStream(name, { highWaterMark: chunkBytes }), onBytes),
    }
  } finally {
    await file.close()
  }
}

/** A stream, which can be read once. Keeps its beginning until then. */
const openStream = async (name: string, stream: Readable): Promise<Input> => {
  const chunks = stream[Symbol.asyncIterator]()
  const kept: Buffer[] = []
  const next = async (): Promise<Buffer | undefined> => {
    const { value, done } = await chunks.next()
    return done ? undefined : Buffer.from(value)
  }
  let size = 0
  while (size < headBytes) {
    const chunk = await next()
    if (chunk === undefined) break
    kept.push(chunk)
    size += chunk.length
  }
  const head = headOf(Buffer.concat(kept), name)
  const raw = async function* (): AsyncGenerator<Uint8Array> {
    for (let chunk = kept.shift(); chunk !== undefined; chunk = kept.shift()) yield chunk
    for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk
  }
  return {
    name,
    sizeBytes: undefined,
    head,
    isRepeatable: false,
    abandon: () => stream.destroy(),
    read: (onBytes = () => {}) => reading(name, head, raw, onBytes),
  }
}

/**
 * Opens an input and reads its beginning.
 *
 * @param name a path, or `-` for `stdin`.
 * @throws ImportError (`usage`) when it cannot be opened or is binary data.
 */
export const openInput = async (name: string, stdin: Readable): Promise<Input> => {
  if (name === '-') return openStream('standard input', stdin)
  try {
    const found = await stat(name)
    if (found.isDirectory()) throw new ImportError('usage', `${name}: it is a folder`)
    return found.isFile() ? await openFile(name, found.size) : await openStream(name, createReadStream(name))
  } catch (error) {
    throw error instanceof ImportError ? error : cannotRead(name, error)
  }
}
