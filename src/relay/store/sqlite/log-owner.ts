import { closeSync, openSync, readSync } from 'node:fs'

/*
 * SQLite takes any log that lies beside a database file, so a backup that is copied beside the log of the file that it replaces
 * is damaged at the first start, and nobody is told (sqlite.org/howtocorrupt.html, 1.4 and 2.5). The store therefore counts up a
 * number in the file's first page, about once a minute. Copies of that page in a log begin with the number that the file had
 * when the log began, or with the next one, and the file has none that is above the log's last one.
 *
 * Formats: sqlite.org/fileformat2.html, 1.3 (the database header) and 4.1 (the write-ahead log).
 */

const at = { pageSize: 8, salts: 16, frames: 32, frameSalts: 8, frameHead: 24, applicationId: 68 } as const
const saltBytes = 8

/** Reads bytes at a position of a file; undefined where it has fewer. */
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
    // A file that is missing or cannot be read is for SQLite to speak about.
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** The numbers in a log's copies of the first page, in order. */
const numbersInLog = (read: Read): number[] => {
  const head = read(0, at.frames)
  if (!head) return []
  const pageSize = head.readUInt32BE(at.pageSize)
  const salts = head.subarray(at.salts, at.salts + saltBytes)
  const numbers: number[] = []
  for (let frame = at.frames; ; frame += at.frameHead + pageSize) {
    const page = read(frame, at.frameHead)
    // What follows frames of this log is left over from an earlier one.
    if (!page?.subarray(at.frameSalts, at.frameSalts + saltBytes).equals(salts)) return numbers
    const number = page.readUInt32BE(0) === 1 && read(frame + at.frameHead + at.applicationId, 4)
    if (number) numbers.push(number.readUInt32BE(0))
  }
}

const fits = (path: string): boolean => {
  // The file comes first: a process that is writing counts up in the log, and then in the file.
  const number = reading(path, (read) => read(at.applicationId, 4)?.readUInt32BE(0)) ?? 0
  const numbers = reading(`${path}-wal`, numbersInLog) ?? []
  return (numbers[0] ?? number) <= number + 1 && number <= (numbers.at(-1) ?? number)
}

/**
 * Whether the log beside a database file was written for it. True without a log, and for a log without the first page. Looks
 * twice, because another process may begin the log anew while it is read.
 */
export const ownsLog = (path: string): boolean => fits(path) || fits(path)
