import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { fingerprintOf } from '../relay/store/rules/decide.ts'
import type { ImportedRow } from './check-rows.ts'
import { createSorter, keyCharacters } from './sort.ts'

/** Hexadecimal digits of a digest: 128 bits. */
const digits = 32
/** Rows between two turns of the event loop. */
const rowsOfTurn = 50_000

/** Counts the rows that an import into an empty store would leave `unchanged`. */
export interface Repeats {
  /** Resolves when there is capacity for the next row. */
  add(row: ImportedRow): Promise<void> | undefined
  /** The count. No rows may be added afterwards. */
  count(): Promise<number>
  /** Removes the temporary file, if there is one. */
  close(): void
}

/**
 * Sorts digests of the rows, so that rows of one objectId are neighbours. Up to 130,000 rows are sorted in memory, more in a
 * temporary file with 65 bytes per row.
 *
 * @param replace whether a row replaces the token of an earlier one. If not, the first row of an objectId counts.
 * `add` and `count` throw an ImportError when the temporary file cannot be written or read.
 */
export const createRepeats = (replace: boolean): Repeats => {
  const sorter = createSorter()
  return {
    add: (row) =>
      sorter.add(`${hash('sha256', row.objectId).slice(0, digits)}\n${fingerprintOf(row).slice(0, digits)}`),
    count: async () => {
      let repeats = 0
      let seen = 0
      let group = ''
      const tokens = new Map<string, string>()
      for (const row of sorter.sorted()) {
        if (++seen % rowsOfTurn === 0) await setImmediate()
        // The sorter orders rows only by their first five digits. Of ten million rows, about ten have the same five digits.
        const start = row.slice(0, keyCharacters)
        if (start !== group) tokens.clear()
        group = start
        const [objectId = '', token = ''] = row.split('\n')
        const before = tokens.get(objectId)
        if (before === token || (before !== undefined && !replace)) repeats++
        else tokens.set(objectId, token)
      }
      return repeats
    },
    close: sorter.close,
  }
}
