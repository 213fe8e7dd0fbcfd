import { StoreError } from '../errors.ts'
import type { NewEntry, PutResult, StoreOptions } from '../port.ts'
import { decide, fingerprintOf } from './decide.ts'
import { change, type Key, keyOf, type Operation, type Rows } from './operation.ts'
import { discard } from './remove.ts'
import { appliedRow, type KnownRow, known } from './row.ts'

/** A record to decide on. */
export interface Candidate {
  entry: Omit<NewEntry, 'account'>
  /** When it was accepted. */
  receivedAt: number
  /** The sequence number from its acceptance; default: it gets one when it is queued. */
  seq?: number
  /** `fingerprintOf(entry)`, where it is known. */
  fingerprint?: string
}

/** Whether an unproved record may be queued in place of this row. Evicts the oldest deferred record if necessary. */
const admitUnproved = (rows: Rows, account: number, row: KnownRow | undefined, maxUnproved: number): boolean => {
  if (row?.state === 'queued' && !row.proved) return true
  if (rows.queued(account, 'unproved') < maxUnproved) return true
  for (const key of rows.evictable(account)) {
    const oldest = known(rows.find(key))
    if (oldest?.state !== 'queued' || oldest.priority !== 'deferred') continue
    discard(rows, key, oldest, 'evicted')
    return true
  }
  return false
}

/** Decides on a record and makes its row; see `decide`. */
export const applyRecord = (rows: Rows, key: Key, candidate: Candidate, maxUnproved: number): PutResult => {
  const { entry, receivedAt, fingerprint = fingerprintOf(entry) } = candidate
  const { delta } = rows
  const found = rows.find(key)
  const row = known(found)
  const decision = decide(row, entry, fingerprint, receivedAt)
  if (decision.kind === 'refuse') {
    delta.event(key.account, 'refused')
    return { result: 'refused' }
  }
  if (decision.kind === 'keep') {
    if (row && decision.isChanged) change(rows, key, row, { ...row, ...decision.row })
    delta.event(key.account, 'unchanged')
    return { result: 'unchanged' }
  }
  const { result, row: ownership, isTakeover } = decision
  if (!ownership.proved && !admitUnproved(rows, key.account, row, maxUnproved)) return { result: 'full' }
  const seq = candidate.seq ?? rows.nextSequence()
  change(rows, key, found, appliedRow(found, entry, fingerprint, ownership, seq, receivedAt))
  if (isTakeover) delta.event(key.account, 'takeover')
  delta.event(key.account, result)
  return { result }
}

/** Decides on records one after another. `receivedAt`: when they were accepted; default: now. */
export const applyRecords = (
  entries: readonly NewEntry[],
  { receivedAt, maxUnproved = 0 }: { receivedAt?: number; maxUnproved?: number },
): Operation<readonly PutResult[]> => ({
  keys: entries,
  run: (rows) =>
    entries.map((entry) =>
      applyRecord(rows, keyOf(rows, entry), { entry, receivedAt: receivedAt ?? rows.now }, maxUnproved),
    ),
})

/** Limits of an account's queued rows; see StoreOptions. */
export type Capacities = Readonly<Required<Pick<StoreOptions, 'maxQueued' | 'maxUnproved'>>>

/**
 * Refuses records above the capacity of the queue. Imported records get the part of `maxQueued` that live records leave free.
 * Live records never wait for imported ones, so that an import of any length takes no capacity from a backend. A record with a
 * registration key counts as proved here, because it is decided later whether the key is a proof.
 *
 * @param queued how many rows of a pool an account has.
 * @throws StoreError (`full`)
 */
export const assertCapacity = (
  entries: readonly NewEntry[],
  queued: (account: string, pool: 'live' | 'import') => number,
  maxQueued: number,
): void => {
  const proved = entries.filter(({ sender }) => sender !== 'unproved')
  for (const account of new Set(proved.map((entry) => entry.account))) {
    const mine = proved.filter((entry) => entry.account === account)
    const imported = mine.filter(({ priority }) => priority === 'import').length
    const live = queued(account, 'live') + mine.length - imported
    const isFull =
      (imported < mine.length && live > maxQueued) ||
      (imported > 0 && live + queued(account, 'import') + imported > maxQueued)
    if (isFull) throw new StoreError('full', `more than ${maxQueued} records are queued`)
  }
}

/** See Store.put. For records whose results the caller needs, so that they cannot go to the inbox. */
export const put = (
  entries: readonly NewEntry[],
  { maxQueued, maxUnproved }: Capacities,
): Operation<readonly PutResult[]> => {
  const { keys, run } = applyRecords(entries, { maxUnproved })
  return {
    keys,
    counted: [...new Set(entries.map(({ account }) => account))],
    ...(entries.some(({ sender }) => sender === 'unproved' || sender === 'key') ? { maxUnproved } : {}),
    run: (rows) => {
      assertCapacity(entries, (account, pool) => rows.queued(rows.account(account), pool), maxQueued)
      return run(rows)
    },
  }
}
