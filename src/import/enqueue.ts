import type { NewEntry, PutResult } from '../relay/store/port.ts'
import { decodeRecord } from '../wire/decode.ts'
import type { Plan } from './plan.ts'
import type { Rejects } from './rejects.ts'
import { malformed, type Rejection, type Row } from './row.ts'
import { bySortKey, mostSorted, sortKeyOf } from './sort.ts'
import { type Tally, tallyRejection } from './tally.ts'

/** A row on its way into the store; account and `replaceLive` are the same for all. */
export type ImportedRow = Pick<NewEntry, 'objectId' | 'token' | 'warnings'>

export interface EnqueueParts {
  /** Stores the first of the rows, as many as there is room for, and resolves to their results. */
  put: (rows: readonly ImportedRow[]) => Promise<readonly PutResult[]>
  /** Waits between two pieces; gets the number of rows of the last one, and its time in ms. */
  pause: (rows: number, tookMs: number) => Promise<void>
  /** How many rows the next piece may have; `pieceRows` without it. */
  mostRows?: () => number
  tally: Tally
  rejects: Rejects | undefined
  /** Called with the number of bytes read from the disk. */
  onBytes: (bytes: number) => void
  signal: AbortSignal
}

/** Rows in one commit: more would keep live records waiting for too long, and 8,000 take no less processor time a row. */
export const pieceRows = 2_000
/** Rows that are sorted together: neighbours in the store's index are then put together. */
export const heldRows = 48_000
/** Limit for the characters of their tokens: the sum of 48,000 tokens of usual length. */
const heldCharacters = 10 * 1024 * 1024

/** A faultless row, or why it is refused. Pure. */
export const readRow = ({
  value,
  problem,
}: Row): { ok: true; row: ImportedRow } | { ok: false; rejection: Rejection } => {
  if (problem !== undefined) return { ok: false, rejection: { code: malformed, reason: problem } }
  const decoded = decodeRecord(value)
  if (!decoded.ok) {
    const { code, message } = decoded.problem
    return { ok: false, rejection: { code, reason: message } }
  }
  const { record, warnings } = decoded
  return { ok: true, row: { objectId: record.objectId, token: record.tokenData, warnings } }
}

/** Rows that wait to be sorted and put. */
const createHeld = () => {
  let rows: ImportedRow[] = []
  let keys: number[] = []
  let characters = 0
  return {
    add: (row: ImportedRow): void => {
      rows.push(row)
      keys.push(sortKeyOf(row.objectId))
      characters += row.token.id.length
    },
    isFull: () => rows.length >= Math.min(heldRows, mostSorted) || characters >= heldCharacters,
    /** All of them, sorted by objectId; those of one objectId in the order in which they came. */
    take: (): ImportedRow[] => {
      const sorted = bySortKey(rows, keys)
      rows = []
      keys = []
      characters = 0
      return sorted
    },
  }
}

/**
 * Puts the rows of the inputs into the store, in pieces of at most `pieceRows`. Each piece is durable when it is counted.
 *
 * Rows are held and sorted by objectId before they are put, so that a piece touches few pages of the store's index instead
 * of one a row; rows of one objectId stay in their order, and the first of them is the one that is kept (where rows are
 * replaced: the last). The next rows are read while those before them are put.
 *
 * Resolves to `interrupted` when the signal came before the end: the piece at hand is finished, and rows that were read and not
 * put are not counted.
 *
 * @throws ImportError (`failed`) when an input or the store cannot go on.
 */
export const enqueue = async (plans: readonly Plan[], parts: EnqueueParts): Promise<'done' | 'interrupted'> => {
  const { put, pause, mostRows = () => pieceRows, tally, rejects, onBytes, signal } = parts
  const held = createHeld()
  let writing = Promise.resolve()

  /** Resolves to the number of rows that are stored: the first ones. */
  const putPiece = async (piece: readonly ImportedRow[]): Promise<number> => {
    const from = performance.now()
    const results = await put(piece)
    const tookMs = performance.now() - from
    const unchanged = results.filter(({ result }) => result === 'unchanged').length
    tally.read += results.length
    tally.queued += results.length - unchanged
    tally.unchanged += unchanged
    if (results.length > 0) await pause(results.length, tookMs)
    return results.length
  }
  const putAll = async (rows: readonly ImportedRow[]): Promise<void> => {
    for (let at = 0; at < rows.length && !signal.aborted; ) at += await putPiece(rows.slice(at, at + mostRows()))
  }
  /** Begins to put the held rows, once those before them are put. */
  const flush = async (): Promise<void> => {
    await writing
    writing = putAll(held.take())
    // It is awaited before the next rows are put, or at the end.
    writing.catch(() => {})
  }
  const take = (row: Row, shape: Plan['shape']): void => {
    const found = readRow(row)
    if (found.ok) held.add(found.row)
    else {
      tally.read++
      tallyRejection(tally, found.rejection)
      rejects?.add(shape, row, found.rejection)
    }
  }

  for (const { input, rows, shape } of plans) {
    signal.addEventListener('abort', input.abandon, { once: true })
    try {
      for await (const read of rows(onBytes)) {
        for (const row of read) take(row, shape)
        if (held.isFull()) await flush()
        if (signal.aborted) return 'interrupted'
      }
    } catch (error) {
      if (signal.aborted) return 'interrupted'
      throw error
    } finally {
      signal.removeEventListener('abort', input.abandon)
      // Also when an input breaks off: the rows that were read are good.
      await flush()
      await writing
    }
    if (signal.aborted) return 'interrupted'
  }
  return 'done'
}
