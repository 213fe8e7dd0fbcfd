import { closeSync, openSync, readSync } from 'node:fs'

/*
 * SQLite uses any log that lies beside a database file. A backup that is restored beside the log of the file that it replaces is
 * therefore damaged at the first start, without an error (sqlite.org/howtocorrupt.html, 1.4 and 2.5). To detect this, the store
 * increments a number in the file's first page, at most once a minute. The first copy of that page in a log has the number that
 * the file had when the log began, or the next one. The file's number is never above that of the last copy.
 *
 * Formats: sqlite.org/fileformat2.html, 1.3 (the database header) and 4.1 to 4.2 (the write-ahead log and its checksums).
 */

const at = { pageSize: 8, headSum: 24, frames: 32, frameSum: 16, frameHead: 24, applicationId: 68 } as const
/** The first four bytes of a log whose checksums are over big-endian numbers; otherwise they are over little-endian ones. */
const bigEndianMagic = 0x377f0683

/** Reads bytes at a position of a file; undefined where the file ends before. */
type Read = (position: number, length: number) => Buffer | undefined

const reading = <T>(path: string, use: (read: Read) => T): T | undefined => {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const opened = file
    return use((position, length) => {
      const bytes = Buffer.alloc(length)
      return readSync(opened, bytes, 0, length, position) === length ? bytes : undefined
    })
  } catch {
    // SQLite reports a file that is missing or cannot be read.
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

type Sum = readonly [number, number]

/** Continues a log's checksum over further bytes, whose number is a multiple of eight. */
const add = ([first, second]: Sum, bytes: Buffer, isBigEndian: boolean): Sum => {
  let [a, b] = [first, second]
  for (let word = 0; word < bytes.length; word += 8) {
    a = (a + (isBigEndian ? bytes.readUInt32BE(word) : bytes.readUInt32LE(word)) + b) >>> 0
    b = (b + (isBigEndian ? bytes.readUInt32BE(word + 4) : bytes.readUInt32LE(word + 4)) + a) >>> 0
  }
  return [a, b]
}
const isSum = ([a, b]: Sum, bytes: Buffer, from: number): boolean =>
  bytes.readUInt32BE(from) === a && bytes.readUInt32BE(from + 4) === b

/** The numbers in a log's copies of the first page, in order, as far as SQLite would read it: up to a frame with a wrong sum. */
const numbersInLog = (read: Read): number[] => {
  const numbers: number[] = []
  const head = read(0, at.frames)
  if (!head) return numbers
  const isBigEndian = head.readUInt32BE(0) === bigEndianMagic
  let sum = add([0, 0], head.subarray(0, at.headSum), isBigEndian)
  if (!isSum(sum, head, at.headSum)) return numbers
  const length = at.frameHead + head.readUInt32BE(at.pageSize)
  for (let frame = at.frames; ; frame += length) {
    const bytes = read(frame, length)
    if (!bytes) return numbers
    const page = bytes.subarray(at.frameHead)
    sum = add(add(sum, bytes.subarray(0, 8), isBigEndian), page, isBigEndian)
    if (!isSum(sum, bytes, at.frameSum)) return numbers
    if (bytes.readUInt32BE(0) === 1) numbers.push(page.readUInt32BE(at.applicationId))
  }
}

const fits = (path: string): boolean => {
  // The file is read first, because a process that is writing increments the number in the log before it does in the file.
  const number = reading(path, (read) => read(at.applicationId, 4)?.readUInt32BE(0)) ?? 0
  const numbers = reading(`${path}-wal`, numbersInLog) ?? []
  return (numbers[0] ?? number) <= number + 1 && number <= (numbers.at(-1) ?? number)
}

/**
 * Whether the log beside a database file was written for it. True without a log, and for a log without the first page. Checks
 * twice, because another process may restart the log while it is read.
 */
export const ownsLog = (path: string): boolean => fits(path) || fits(path)
