import { write } from 'node:fs'
import type { DestinationStream } from 'pino'
import { inTime } from './status/in-time.ts'

/** The destination of log lines. It never blocks: a slow, full or closed reader only loses lines. */
export interface LogOutput extends DestinationStream {
  /** Lines that were dropped because the buffer was full. */
  dropped(): number
  /** Resolves when all lines are written, or after `drainMs`. Never rejects. Later lines are dropped. */
  close(): Promise<void>
}

export interface LogOutputOptions {
  /** Default: standard output. */
  descriptor?: number
  /** Limit of buffered lines, in bytes; lines above it are dropped. */
  maxBytes?: number
  /** Wait before the next try after a write failed or wrote nothing, in ms. */
  retryMs?: number
  /** Timeout of `close`, in ms. */
  drainMs?: number
  /** `fs.write`, for tests. */
  writeTo?: (
    descriptor: number,
    bytes: Uint8Array,
    done: (error: NodeJS.ErrnoException | null, written: number) => void,
  ) => void
}

/** Largest write, in bytes: a pipe takes a longer one in parts, and Docker's reader takes no more at a time. */
const maxWriteBytes = 16 * 1024

/**
 * Makes a bounded, asynchronous output with one write at a time. A write that fails (full disk, stalled or closed reader)
 * is repeated later with the same bytes. Meanwhile lines are buffered up to `maxBytes`; lines above that are dropped and
 * counted.
 *
 * Not `pino.destination`, because that flushes synchronously at the end of a process, which hangs on a stalled pipe, and
 * drops lines after a closed pipe without counting them.
 */
export const createLogOutput = ({
  descriptor = 1,
  maxBytes = 1024 * 1024,
  retryMs = 200,
  drainMs = 500,
  writeTo = write,
}: LogOutputOptions = {}): LogOutput => {
  // Opens the stream, which makes a pipe or socket non-blocking. A blocking write would hold a thread for which every exit waits.
  if (descriptor === 1) void process.stdout
  const lines: string[] = []
  let waitingBytes = 0
  let current: Buffer | undefined
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let onEmpty = (): void => {}

  const next = (): Buffer => {
    let taken = 0
    let length = 0
    while (taken < lines.length && (taken === 0 || length + (lines[taken]?.length ?? 0) <= maxWriteBytes))
      length += lines[taken++]?.length ?? 0
    return Buffer.from(lines.splice(0, taken).join(''))
  }
  const advance = (): void => {
    timer = undefined
    if (!current && lines.length === 0) {
      onEmpty()
      return
    }
    const bytes = current ?? next()
    current = bytes
    writeTo(descriptor, bytes, (error, written) => {
      const done = error ? 0 : written
      waitingBytes -= done
      current = done < bytes.length ? bytes.subarray(done) : undefined
      if (done > 0) advance()
      // Unreferenced, so that lines without a reader do not keep the process alive.
      else timer = setTimeout(advance, retryMs).unref()
    })
  }

  return {
    write: (line) => {
      const length = Buffer.byteLength(line)
      if (closed || waitingBytes + length > maxBytes) {
        dropped++
        return
      }
      const idle = waitingBytes === 0
      waitingBytes += length
      lines.push(line)
      if (idle) advance()
    },
    dropped: () => dropped,
    close: async () => {
      closed = true
      const emptied = new Promise<void>((resolve) => (onEmpty = resolve))
      if (waitingBytes === 0) return
      await inTime(emptied, drainMs).catch(() => {})
      clearTimeout(timer)
    },
  }
}
