import type { PutResult } from '../relay/store/port.ts'
import type { TokenType } from '../wire/record.ts'
import { type CheckParts, checkRows, type ImportedRow } from './check-rows.ts'
import type { Plan } from './plan.ts'
import { createSorter } from './sort.ts'

export interface EnqueueParts extends CheckParts {
  /** Stores as many of the first rows as fit into the queue, and resolves to their results. */
  put: (rows: readonly ImportedRow[]) => Promise<readonly PutResult[]>
  /** Waits between two pieces; gets the number of rows of the last piece, and its time in ms. */
  pause: (rows: number, tookMs: number) => Promise<void>
  /** Largest number of rows in the next piece; default `pieceRows`. */
  mostRows?: () => number
  /** Called with the number of rows that are read but not put yet, while rows are read and while they are put. */
  onHeld?: (rows: number, phase: 'reading' | 'queueing') => void
}

/** Rows in one commit. With more, live records would wait too long; even 8,000 would save no processor time per row. */
export const pieceRows = 2_000

/**
 * A row as one string for the sorter: its objectId, then the other parts. No part of a valid row has a line break or another
 * control character.
 */
const pack = ({ objectId, token: { type, id, keys }, shownKeys = keys, warnings }: ImportedRow): string =>
  [objectId, type, id, shownKeys?.p256dh ?? '', shownKeys?.auth ?? '', ...warnings].join('\n')

const unpack = (packed: string): ImportedRow => {
  const [objectId = '', type, id = '', p256dh = '', auth = '', ...warnings] = packed.split('\n')
  const token = { type: type as TokenType, id } // written by `pack`
  if (p256dh === '') return { objectId, token, warnings }
  const keys = { p256dh, auth }
  return type === 'chrome'
    ? { objectId, token: { ...token, keys }, warnings }
    : { objectId, token, shownKeys: keys, warnings }
}

/**
 * Reads all rows of the inputs, and then puts them into the store, in pieces of at most `pieceRows`. Each piece is durable when it
 * is counted.
 *
 * All rows are sorted by objectId before the first one is put, so that each page of the store's index is written about once. Rows of
 * one objectId stay in their order: the store keeps the first of them, or with `--replace` the last.
 *
 * Resolves to `interrupted` when `signal` aborts before the end: the current piece is finished, and rows that were read but not
 * put are not counted.
 *
 * @throws ImportError (`failed`) when an input, the temporary file or the store fails. Rows that were read before an input failed
 * are still put.
 */
export const enqueue = async (plans: readonly Plan[], parts: EnqueueParts): Promise<'done' | 'interrupted'> => {
  const { put, pause, mostRows = () => pieceRows, onHeld = () => {}, tally, signal } = parts
  const sorter = createSorter()
  let held = 0

  const putAll = async (): Promise<void> => {
    const sorted = sorter.sorted()
    let next: ImportedRow[] = []
    onHeld(held, 'queueing')
    while (!signal.aborted) {
      const most = mostRows()
      while (next.length < most) {
        const { value, done } = sorted.next()
        if (done) break
        next.push(unpack(value))
      }
      if (next.length === 0) return
      const from = performance.now()
      const results = await put(next.slice(0, most))
      const tookMs = performance.now() - from
      // The store may have no capacity for the last ones.
      next = next.slice(results.length)
      held -= results.length
      onHeld(held, 'queueing')
      const unchanged = results.filter(({ result }) => result === 'unchanged').length
      tally.read += results.length
      tally.queued += results.length - unchanged
      tally.unchanged += unchanged
      if (results.length > 0) await pause(results.length, tookMs)
    }
  }

  try {
    try {
      await checkRows(plans, parts, (row) => {
        onHeld(++held, 'reading')
        return sorter.add(pack(row))
      })
    } finally {
      await putAll()
    }
  } finally {
    sorter.close()
  }
  return signal.aborted ? 'interrupted' : 'done'
}
