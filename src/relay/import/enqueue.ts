import { decodeRecord } from '../../wire/decode.ts'
import type { NewEntry, PutResult } from '../outbox/store.ts'
import type { Plan } from './plan.ts'
import type { Rejects } from './rejects.ts'
import { malformed, type Rejection, type Row } from './row.ts'
import { byPlace } from './sort.ts'
import { type Tally, tallyRejection } from './tally.ts'

export interface EnqueueParts {
  account: string
  /** Whether live and withdrawn rows of the store are replaced. */
  replace: boolean
  put: (entries: readonly NewEntry[]) => Promise<readonly PutResult[]>
  /** Between two pieces: is told how many rows the last one had, and how long it took in ms. */
  pause: (rows: number, tookMs: number) => Promise<void>
  /** How many rows the next piece may have; `pieceRows` without it. */
  mostRows?: () => number
  tally: Tally
  rejects: Rejects | undefined
  /** Is told of bytes read from the disk. */
  onBytes: (bytes: number) => void
  signal: AbortSignal
}

/** Rows in one commit: more would keep live records waiting for too long. */
export const pieceRows = 2_000
/** Rows that are sorted together. */
export const windowRows = 8 * pieceRows

/** A faultless row as an entry for the store, or why it is refused. Pure. */
export const readRow = (
  { value, problem }: Row,
  account: string,
  replace: boolean,
): { ok: true; entry: NewEntry } | { ok: false; rejection: Rejection } => {
  if (problem !== undefined) return { ok: false, rejection: { code: malformed, reason: problem } }
  const decoded = decodeRecord(value)
  if (!decoded.ok) {
    const { code, message } = decoded.problem
    return { ok: false, rejection: { code, reason: message } }
  }
  const { record, warnings } = decoded
  return {
    ok: true,
    entry: {
      account,
      objectId: record.objectId,
      token: record.tokenData,
      lane: 'import',
      sender: 'trusted',
      replaceLive: replace,
      warnings,
    },
  }
}

/**
 * Puts the rows of the inputs into the store, in pieces of at most `pieceRows`. Each piece is durable when it is counted.
 *
 * A window of rows is sorted by objectId first, so that a piece touches few pages of the store's index instead of one a
 * row; rows of one objectId stay in their order, and the first of them is the one that is kept (with `replace`: the
 * last). While one window is put the next one is read: a store that works on a thread of its own, or far away, is not
 * waited for in vain.
 *
 * Resolves to `interrupted` when the signal came before the end: the piece at hand is finished, and what was read and not
 * yet put is not counted.
 *
 * @throws ImportError (`failed`) when an input or the store cannot go on.
 */
export const enqueue = async (plans: readonly Plan[], parts: EnqueueParts): Promise<'done' | 'interrupted'> => {
  const { account, replace, put, pause, mostRows = () => pieceRows, tally, rejects, onBytes, signal } = parts
  let window: NewEntry[] = []
  let writing: Promise<void> = Promise.resolve()

  const putPiece = async (piece: readonly NewEntry[]): Promise<void> => {
    const from = performance.now()
    const results = await put(piece)
    const tookMs = performance.now() - from
    for (const { result } of results) {
      tally.read++
      if (result === 'queued' || result === 'replaced') tally.queued++
      else tally.unchanged++
    }
    await pause(piece.length, tookMs)
  }
  const putWindow = async (entries: readonly NewEntry[]): Promise<void> => {
    let at = 0
    while (at < entries.length && !signal.aborted) {
      const piece = entries.slice(at, at + mostRows())
      at += piece.length
      await putPiece(piece)
    }
  }
  /** Begins to put what was read, as soon as what was read before it is in the store. */
  const flush = async (): Promise<void> => {
    const read = window
    window = []
    for (let from = 0; from < read.length; from += windowRows) {
      const entries = byPlace(read.slice(from, from + windowRows))
      await writing
      writing = putWindow(entries)
      writing.catch(() => {}) // Whoever waits for it next is told.
    }
  }

  for (const { input, rows, shape } of plans) {
    signal.addEventListener('abort', input.abandon, { once: true })
    try {
      for await (const read of rows(onBytes)) {
        for (const row of read) {
          const found = readRow(row, account, replace)
          if (found.ok) window.push(found.entry)
          else {
            tally.read++
            tallyRejection(tally, found.rejection)
            rejects?.add(shape, row, found.rejection)
          }
        }
        if (window.length >= windowRows) await flush()
        if (signal.aborted) return 'interrupted'
      }
    } catch (error) {
      if (signal.aborted) return 'interrupted'
      throw error
    } finally {
      signal.removeEventListener('abort', input.abandon)
      // Also when an input breaks off: what was read of it is good.
      await flush()
      await writing
    }
    if (signal.aborted) return 'interrupted'
  }
  return 'done'
}
