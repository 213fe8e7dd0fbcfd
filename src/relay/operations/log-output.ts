import { write } from 'node:fs'
import type { DestinationStream } from 'pino'
import { inTime } from './status/in-time.ts'

/** Where log lines go. Takes every line at once; a reader that is slow, full or gone costs lines and nothing else. */
export interface LogOutput extends DestinationStream {
  /** Lines that were dropped because the buffer was full. */
  dropped(): number
  /** Settles when all lines are written, or after `drainMs`. Never rejects. Lines after it are dropped. */
  close(): Promise<void>
}

export interface LogOutputOptions {
  /** Default: standard output. */
  descriptor?: number
  /** Bytes of lines that wait for the reader; more are dropped. */
  maxBytes?: number
  /** Wait before another try, after the reader took nothing. */
  retryMs?: number
  /** How long `close` waits for the reader. */
  drainMs?: number
  /** `fs.write`, for tests. */
  writeTo?: (
    descriptor: number,
    bytes: Uint8Array,
    done: (error: NodeJS.ErrnoException | null, written: number) => void,
  ) => void
}

/** A write of more than this to a pipe is taken in parts, and Docker's reader takes no more at a time. */
const maxWriteBytes = 16 * 1024

/**
 * Makes a bounded, asynchronous output. One write is under way at a time. Whatever goes wrong with it (a full disk, a
 * reader that stalls or has gone) is tried again later with the same bytes; meanwhile lines wait, up to `maxBytes`, and those
 * beyond are dropped and counted.
 *
 * Own and not `pino.destination`: at the end of a process that flushes synchronously, for as long as a stalled pipe does not
 * move, and after a closed pipe it drops lines without counting them.
 */
export const createLogOutput = ({
  descriptor = 1,
  maxBytes = 1024 * 1024,
  retryMs = 200,
  drainMs = 500,
  writeTo = write,
}: LogOutputOptions = {}): LogOutput => {
  // Opening it has Node make a pipe or socket non-blocking. A blocking write would wait in a thread that every exit joins.
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
      // Unreferenced: lines that nobody takes keep no process alive.
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
