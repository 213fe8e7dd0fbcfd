import type { SqlDatabase } from '../relay/store/sqlite/driver.ts'
import { explainTemporary, openTemporaryDatabase } from './temporary-database.ts'

/** Characters of an objectId in its sort key. Every Android ID begins with two underscores, which count as one. */
export const keyCharacters = 5
const bitsOfCharacter = 7
const bitsOfIndex = 17

/** Most rows in a run: as many as an index of 17 bits can number. */
export const mostRunRows = 2 ** bitsOfIndex
/** Most bytes in a run. They are outside V8's heap, because V8 would copy waiting rows in its heap several times. */
const runBytes = 12 * 1024 * 1024
/** A run is stored in blocks of whole rows, each on one page of the temporary database. A row has at most 14 kB. */
const pageBytes = 16 * 1024
const blockBytes = pageBytes - 128
const blocksOfRun = 2 ** 20
const cacheKib = 2 * 1024

const endOfRow = 0
const endOfObjectId = '\n'.charCodeAt(0)

/** The sort key of a row: the first characters of its objectId as a number of 35 bits, which sorts roughly like the objectId. */
const sortKeyOf = (row: string): number => {
  let at = row.startsWith('__') ? 1 : 0
  let key = 0
  for (let count = 0; count < keyCharacters; count++) {
    const code = row.charCodeAt(at)
    if (code !== endOfObjectId) at++
    key = key * 2 ** bitsOfCharacter + (code === endOfObjectId ? 0 : Math.min(code, 2 ** bitsOfCharacter - 1))
  }
  return key
}

/** The rows of blocks. */
const rowsOf = function* (blocks: Iterable<Uint8Array>): Generator<string> {
  for (const { buffer, byteOffset, byteLength } of blocks) {
    const rows = Buffer.from(buffer, byteOffset, byteLength).toString('utf8').split('\0')
    // Every row ends with U+0000, so the last part is empty.
    rows.pop()
    for (const row of rows) yield row
  }
}

/** Merges sorted runs. Rows with the same key come in the order of their runs. */
const merge = function* (runs: readonly Iterator<string, void>[]): Generator<string> {
  const heads: string[] = []
  const keys: number[] = []
  const advance = (run: number): void => {
    const head = runs[run]?.next().value
    heads[run] = head ?? ''
    keys[run] = head === undefined ? Number.POSITIVE_INFINITY : sortKeyOf(head)
  }
  for (let run = 0; run < runs.length; run++) advance(run)
  for (;;) {
    // Comparing all 165 runs of ten million rows takes 0.3 µs, so a binary heap is not needed.
    let first = -1
    let smallest = Number.POSITIVE_INFINITY
    for (let run = 0; run < keys.length; run++) {
      const key = keys[run] ?? smallest
      if (key >= smallest) continue
      smallest = key
      first = run
    }
    if (first < 0) return
    yield heads[first] ?? ''
    advance(first)
  }
}

/** Names the temporary database in errors. */
const what = 'sorting'

const openBlocks = async () => {
  const database: SqlDatabase = await openTemporaryDatabase(what)
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA page_size = ${pageBytes}; PRAGMA cache_size = -${cacheKib};
    CREATE TABLE block (id INTEGER PRIMARY KEY, rows BLOB); BEGIN`)
  const insert = database.prepare('INSERT INTO block VALUES (?, ?)')
  const select = database.prepare('SELECT rows FROM block WHERE id = ?')
  return {
    write: (run: number, blocks: Iterable<Uint8Array>): void => {
      let id = run * blocksOfRun
      for (const block of blocks) insert.run(id++, block)
    },
    read: function* (run: number): Generator<Uint8Array> {
      for (let id = run * blocksOfRun; ; id++) {
        // The column of the table above.
        const found = select.get(id) as { rows: Uint8Array } | undefined
        if (!found) return
        yield found.rows
      }
    },
    close: () => database.close(),
  }
}

/** Sorts any number of rows in bounded memory. */
export interface Sorter {
  /** Adds a row: its objectId, a line break, and anything without U+0000. Resolves when there is capacity for the next row. */
  add(row: string): Promise<void> | undefined
  /** The rows, roughly by objectId; rows of one objectId in the order of `add`. No rows may be added afterwards. */
  sorted(): Generator<string>
  /** Removes the temporary file, if there is one. */
  close(): void
}

/**
 * An external merge sort. Rows that fit into one run are sorted in memory; others go to a temporary database in sorted runs, which
 * are merged. A rough order is enough to bring neighbours in the store's index together, and sorting numbers takes a tenth of the
 * time of sorting strings: the sort key and the index of a row fit into one number that a double holds exactly.
 *
 * `add` and `sorted` throw an ImportError when the temporary file cannot be written or read. After a failed `add`, `sorted`
 * yields nothing and throws the same error.
 */
export const createSorter = (): Sorter => {
  /** The rows of the current run, and after them the block that is being made. */
  const bytes = Buffer.allocUnsafeSlow(runBytes + blockBytes)
  const keys = new Float64Array(mostRunRows)
  const ends = new Uint32Array(mostRunRows)
  let rows = 0
  let used = 0
  let runs = 0
  let stored: Awaited<ReturnType<typeof openBlocks>> | undefined
  let failure: unknown

  /** The sorted run in blocks. Each is overwritten by the next one. */
  const blocks = function* (): Generator<Uint8Array> {
    let filled = 0
    for (const key of keys.subarray(0, rows).sort()) {
      const index = key % mostRunRows
      const from = ends[index - 1] ?? 0
      const length = (ends[index] ?? 0) - from
      if (filled + length > blockBytes) {
        yield bytes.subarray(runBytes, runBytes + filled)
        filled = 0
      }
      // Within one buffer, because Node makes two objects for each copy between buffers.
      bytes.copyWithin(runBytes + filled, from, from + length)
      filled += length
    }
    yield bytes.subarray(runBytes, runBytes + filled)
  }
  const add = (row: string): void => {
    keys[rows] = sortKeyOf(row) * mostRunRows + rows
    used += bytes.write(row, used)
    bytes[used++] = endOfRow
    ends[rows++] = used
  }
  const store = async (): Promise<void> => {
    try {
      stored ??= await openBlocks()
      stored.write(runs++, blocks())
      rows = 0
      used = 0
    } catch (error) {
      failure = explainTemporary(what, error)
      throw failure
    }
  }
  return {
    add: (row) => {
      // A character has at most three bytes.
      const isFull = rows === mostRunRows || used + 3 * row.length >= runBytes
      if (isFull) return store().then(() => add(row))
      add(row)
    },
    sorted: function* () {
      if (failure !== undefined) throw failure
      try {
        const earlier = Array.from({ length: runs }, (_, run) => rowsOf(stored?.read(run) ?? []))
        yield* merge([...earlier, rowsOf(blocks())])
      } catch (error) {
        throw explainTemporary(what, error)
      }
    },
    close: () => stored?.close(),
  }
}
