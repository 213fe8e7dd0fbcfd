import { flatRow } from '../relay/store/bulk.ts'
import type { BulkResult } from '../relay/store/port.ts'
import { decodeRecord } from '../wire/decode.ts'
import type { Plan } from './plan.ts'
import { createRanges, type Range, sampleRange, sampleRows } from './ranges.ts'
import type { Rejects } from './rejects.ts'
import { malformed, type Rejection, type Row } from './row.ts'
import { byPlace, mostSorted } from './sort.ts'
import { type Tally, tallyRejection } from './tally.ts'

export interface EnqueueParts {
  /** Is given rows that `flatRow` made. */
  put: (rows: readonly string[]) => Promise<BulkResult>
  /** Between two pieces: is told how many rows the last one had, and how long it took in ms. */
  pause: (rows: number, tookMs: number) => Promise<void>
  /** How many rows the next piece may have; `pieceRows` without it. */
  mostRows?: () => number
  /** How many pieces may be on their way at a time; 1 without it. */
  mostPieces?: () => number
  tally: Tally
  rejects: Rejects | undefined
  /** Is told of bytes read from the disk. */
  onBytes: (bytes: number) => void
  signal: AbortSignal
}

/** Rows in one commit: more would keep live records waiting for too long. */
export const pieceRows = 2_000
/** Rows that are held until they are put beside others of their range. */
export const heldRows = 24 * pieceRows
/** And so many characters: what 48,000 rows of common length have. */
const heldCharacters = 20 * 1024 * 1024

/** A faultless row as it goes into a bulk, or why it is refused. Pure. */
export const readRow = ({
  value,
  problem,
}: Row): { ok: true; objectId: string; row: string } | { ok: false; rejection: Rejection } => {
  if (problem !== undefined) return { ok: false, rejection: { code: malformed, reason: problem } }
  const decoded = decodeRecord(value)
  if (!decoded.ok) {
    const { code, message } = decoded.problem
    return { ok: false, rejection: { code, reason: message } }
  }
  const { record, warnings } = decoded
  const { objectId, tokenData: token } = record
  return { ok: true, objectId, row: flatRow({ objectId, token, warnings }) }
}

/**
 * Puts the rows of the inputs into the store, in pieces of at most `pieceRows`. Each piece is durable when it is counted.
 *
 * Rows are held and put range by range of their objectIds, each range sorted, so that a piece touches few pages of the
 * store's index instead of one a row; rows of one objectId stay in their order, and the first of them is the one that is
 * kept (where rows are replaced: the last). While one piece is put the next one is read and made ready: a store that works on a
 * thread of its own, or far away, is not waited for in vain.
 *
 * Resolves to `interrupted` when the signal came before the end: the piece at hand is finished, and what was read and not
 * yet put is not counted.
 *
 * @throws ImportError (`failed`) when an input or the store cannot go on.
 */
export const enqueue = async (plans: readonly Plan[], parts: EnqueueParts): Promise<'done' | 'interrupted'> => {
  const { put, pause, mostRows = () => pieceRows, mostPieces = () => 1 } = parts
  const { tally, rejects, onBytes, signal } = parts
  const ranges = createRanges()
  /** What is being put, by the number of its range. */
  const writing = new Map<number, Promise<void>>()
  let failure: { error: unknown } | undefined

  const putPiece = async (piece: readonly string[]): Promise<void> => {
    const from = performance.now()
    const { others } = await put(piece)
    const tookMs = performance.now() - from
    const unchanged = others.filter(([, result]) => result !== 'replaced').length
    tally.read += piece.length
    tally.queued += piece.length - unchanged
    tally.unchanged += unchanged
    await pause(piece.length, tookMs)
  }
  const putRange = async ({ rows, places }: Range): Promise<void> => {
    for (let from = 0; from < rows.length; from += mostSorted) {
      const sorted = byPlace(rows.slice(from, from + mostSorted), places.slice(from, from + mostSorted))
      let at = 0
      while (at < sorted.length && !signal.aborted && !failure) {
        const piece = sorted.slice(at, at + mostRows())
        at += piece.length
        await putPiece(piece)
      }
    }
  }
  const written = async (most: number): Promise<void> => {
    while (writing.size > most) await Promise.race(writing.values())
    if (failure) throw failure.error
  }
  /** Begins to put a range: beside others, but not beside the same one or the sample, whose rows have to be there before. */
  const begin = async (range: Range): Promise<void> => {
    await writing.get(range.number)
    await writing.get(sampleRange)
    await written(mostPieces() - 1)
    const put = putRange(range)
      .catch((error: unknown) => {
        failure ??= { error }
      })
      .finally(() => writing.delete(range.number))
    writing.set(range.number, put)
  }

  /** A store that has nothing to do is not kept waiting for more. */
  const isEnough = (): boolean =>
    ranges.size() >= (writing.size === 0 ? sampleRows : heldRows) || ranges.characters() >= heldCharacters

  for (const { input, rows, shape } of plans) {
    signal.addEventListener('abort', input.abandon, { once: true })
    try {
      for await (const read of rows(onBytes)) {
        for (const row of read) {
          const found = readRow(row)
          if (found.ok) ranges.add(found.objectId, found.row)
          else {
            tally.read++
            tallyRejection(tally, found.rejection)
            rejects?.add(shape, row, found.rejection)
          }
        }
        while (isEnough()) await begin(ranges.takeFullest())
        if (signal.aborted) return 'interrupted'
      }
    } catch (error) {
      if (signal.aborted) return 'interrupted'
      throw error
    } finally {
      signal.removeEventListener('abort', input.abandon)
      // Also when an input breaks off: what was read of it is good.
      for (const range of ranges.takeAll()) await begin(range)
      await written(0)
    }
    if (signal.aborted) return 'interrupted'
  }
  return 'done'
}
