import type { NewEntry, PutResult } from '../relay/store/port.ts'
import { decodeRecord } from '../wire/decode.ts'
import type { TokenType } from '../wire/record.ts'
import type { Plan } from './plan.ts'
import type { Rejects } from './rejects.ts'
import { malformed, type Rejection, type Row } from './row.ts'
import { bySortKey, mostSorted, sortKeyOf } from './sort.ts'
import { type Tally, tallyRejection } from './tally.ts'

/** A valid row that is not stored yet. Account and `replaceLive` are the same for all. */
export type ImportedRow = Pick<NewEntry, 'objectId' | 'token' | 'warnings'>

export interface EnqueueParts {
  /** Stores as many of the first rows as fit into the queue, and resolves to their results. */
  put: (rows: readonly ImportedRow[]) => Promise<readonly PutResult[]>
  /** Waits between two pieces; gets the number of rows of the last piece, and its time in ms. */
  pause: (rows: number, tookMs: number) => Promise<void>
  /** Largest number of rows in the next piece; default `pieceRows`. */
  mostRows?: () => number
  tally: Tally
  rejects: Rejects | undefined
  /** Called with the number of bytes read from the disk. */
  onBytes: (bytes: number) => void
  signal: AbortSignal
}

/** Rows in one commit. With more, live records would wait too long; even 8,000 would save no processor time per row. */
export const pieceRows = 2_000
/** Rows that are held to be sorted together: neighbours in the store's index are then put together. */
export const heldRows = 96_000
/** Limit for their characters: the sum of 96,000 rows of usual length. */
const heldCharacters = 24 * 1024 * 1024

/** The valid row, or why it is rejected. Pure. */
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

/**
 * A row as one string. With 96,000 rows held an import takes 35 MB less than with their objects, whose strings keep the
 * whole block of the file alive in which they were read. No part of a faultless row has a line break.
 */
const pack = ({ objectId, token: { type, id, keys }, warnings }: ImportedRow): string =>
  [objectId, type, id, keys?.p256dh ?? '', keys?.auth ?? '', ...warnings].join('\n')

const unpack = (text: string): ImportedRow => {
  const [objectId = '', type, id = '', p256dh = '', auth = '', ...warnings] = text.split('\n')
  const token = { type: type as TokenType, id } // written by `pack`
  return { objectId, token: p256dh === '' ? token : { ...token, keys: { p256dh, auth } }, warnings }
}

/** Rows that wait to be put: those that are sorted, and those that are read meanwhile and are sorted after them. */
const createHeld = () => {
  let sorted: string[] = []
  let rows: string[] = []
  let keys: number[] = []
  let characters = 0
  const size = (): number => sorted.length + rows.length
  return {
    size,
    add: (row: ImportedRow): void => {
      const text = pack(row)
      rows.push(text)
      keys.push(sortKeyOf(row.objectId))
      characters += text.length
    },
    isFull: (): boolean => size() >= Math.min(heldRows, mostSorted) || characters >= heldCharacters,
    /** Takes the first rows in the order of their objectIds; those of one objectId in the order in which they came. */
    take: (most: number): ImportedRow[] => {
      if (sorted.length === 0) {
        sorted = bySortKey(rows, keys)
        rows = []
        keys = []
      }
      const piece = sorted.splice(0, most)
      for (const { length } of piece) characters -= length
      return piece.map(unpack)
    },
    /** Takes back the last rows of a piece. */
    takeBack: (piece: readonly ImportedRow[]): void => {
      const texts = piece.map(pack)
      sorted = [...texts, ...sorted]
      for (const { length } of texts) characters += length
    },
  }
}

/**
 * Puts the rows of the inputs into the store, in pieces of at most `pieceRows`. Each piece is durable when it is counted.
 *
 * Rows are held and sorted by objectId before they are put, so that a piece touches few pages of the store's index instead
 * of one a row; rows of one objectId stay in their order, and the first of them is the one that is kept (where rows are
 * replaced: the last). While a piece is put, as many further rows are read.
 *
 * Resolves to `interrupted` when the signal came before the end: the piece at hand is finished, and rows that were read and not
 * put are not counted.
 *
 * @throws ImportError (`failed`) when an input or the store cannot go on.
 */
export const enqueue = async (plans: readonly Plan[], parts: EnqueueParts): Promise<'done' | 'interrupted'> => {
  const { put, pause, mostRows = () => pieceRows, tally, rejects, onBytes, signal } = parts
  const held = createHeld()
  let putting = Promise.resolve()

  const putPiece = async (piece: readonly ImportedRow[]): Promise<void> => {
    const from = performance.now()
    const results = await put(piece)
    const tookMs = performance.now() - from
    if (results.length < piece.length) held.takeBack(piece.slice(results.length))
    const unchanged = results.filter(({ result }) => result === 'unchanged').length
    tally.read += results.length
    tally.queued += results.length - unchanged
    tally.unchanged += unchanged
    if (results.length > 0) await pause(results.length, tookMs)
  }
  /** Begins to put the next piece, once the one before it is put. */
  const putNext = async (): Promise<void> => {
    await putting
    if (signal.aborted) return
    putting = putPiece(held.take(mostRows()))
    // It is awaited before the next piece is put, or at the end.
    putting.catch(() => {})
  }
  const putRest = async (): Promise<void> => {
    while (held.size() > 0 && !signal.aborted) {
      await putNext()
      // Rows that the store had no room for come back.
      if (held.size() === 0) await putting
    }
    await putting
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
        for (const row of read) {
          take(row, shape)
          while (held.isFull() && !signal.aborted) await putNext()
        }
        if (signal.aborted) return 'interrupted'
      }
    } catch (error) {
      if (signal.aborted) return 'interrupted'
      throw error
    } finally {
      signal.removeEventListener('abort', input.abandon)
      // Also when an input breaks off, because the rows read before are valid.
      await putRest()
    }
    if (signal.aborted) return 'interrupted'
  }
  return 'done'
}
