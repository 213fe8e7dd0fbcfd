import { StoreError } from '../errors.ts'
import type { EventName, NewEntry, PutResult, StoreOptions } from '../port.ts'
import { demandOf, hasRoom } from '../rules/capacity.ts'
import { decide, type Ownership } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import { poolOf, recountConfirmed } from '../rules/tally.ts'
import { accountNumber } from './accounts.ts'
import type { Operation } from './operation.ts'
import { type KnownRow, known, type Row, storable } from './row.ts'
import type { Key, Work } from './work.ts'

/** Takes a row's present state out of the numbers, before it becomes something else. */
export const uncount = ({ delta }: Work, { account }: Key, row: KnownRow): void => {
  delta.add(String(account), `state:${row.state}:${poolOf(row)}`, -1)
  if (row.state === 'rejected' && row.error) delta.add(String(account), `code:${row.error.code}`, -1)
  recountConfirmed(delta, String(account), row.confirmedOn, null)
}

/** Removes a row that nobody has leased, with the event that says why. */
export const discard = (work: Work, key: Key, row: KnownRow, event: EventName): void => {
  uncount(work, key, row)
  work.delta.event(String(key.account), event)
  work.erase(key)
}

/** Whether an unproved record may be queued where this row is. The oldest that was put off gives way to it. */
const makeRoom = (work: Work, account: number, row: KnownRow | undefined, maxUnproved: number): boolean => {
  if (row?.state === 'queued' && !row.proved) return true
  if (work.queued(account, 'unproved') < maxUnproved) return true
  for (const key of work.evictable(account)) {
    const oldest = known(work.find(key))
    if (oldest?.state !== 'queued' || oldest.lane !== 'deferred') continue
    discard(work, key, oldest, 'evicted')
    return true
  }
  return false
}

/** The row that a record makes: a new one, or the old one with another token, which keeps its lease. */
const enteredRow = (
  old: Row | undefined,
  entry: NewEntry,
  print: string,
  ownership: Ownership,
  seq: number,
  now: number,
): Row => ({
  type: entry.token.type,
  token: entry.token,
  fingerprint: print,
  state: 'queued',
  waiting: false,
  seq,
  ...ownership,
  holder: old?.holder ?? null,
  lease: old?.lease ?? null,
  attempts: 0,
  deferrals: 0,
  failures: 0,
  receivedAt: now,
  readyAt: now,
  dueAt: 0,
  settledAt: null,
  error: null,
  warnings: entry.warnings,
})

/** `now`: when the record was accepted. */
const enterOne = (work: Work, key: Key, entry: NewEntry, maxUnproved: number, now: number): PutResult => {
  const { delta } = work
  const print = fingerprint(entry)
  const name = String(key.account)
  const held = work.find(key)
  const row = known(held)
  const decision = decide(row, entry, print, now)
  if (decision.kind === 'refuse') {
    delta.event(name, 'refused')
    return { result: 'refused' }
  }
  if (decision.kind === 'keep' && row) {
    if (decision.isChanged) {
      delta.add(name, `state:${row.state}:${poolOf(row)}`, -1)
      delta.add(name, `state:${row.state}:${poolOf(decision.row)}`, 1)
      recountConfirmed(delta, name, row.confirmedOn, decision.row.confirmedOn)
      work.save(key, { ...row, ...decision.row })
    }
    delta.event(name, 'unchanged')
    return { result: 'unchanged' }
  }
  if (decision.kind === 'keep') throw new Error('a row that there is not was kept')
  const { result, row: ownership, isTakeover } = decision
  if (!ownership.proved && !makeRoom(work, key.account, row, maxUnproved)) return { result: 'full' }
  if (row) uncount(work, key, row)
  work.save(key, enteredRow(held, entry, print, ownership, work.nextSequence(), now))
  delta.add(name, `state:queued:${poolOf(ownership)}`, 1)
  recountConfirmed(delta, name, null, ownership.confirmedOn)
  if (isTakeover) delta.event(name, 'takeover')
  delta.event(name, result)
  return { result }
}

/** Decides upon records one after another and makes their rows. */
export const enter = (
  entries: readonly NewEntry[],
  { acceptedAt, maxUnproved = 0 }: { acceptedAt?: number; maxUnproved?: number },
): Operation<readonly PutResult[]> => ({
  keys: entries,
  run: (work) =>
    entries.map((entry) => {
      const key = { account: accountNumber(entry.account), objectId: entry.objectId }
      return enterOne(work, key, entry, maxUnproved, acceptedAt ?? work.now)
    }),
})

/** How many rows of an account may be queued; see StoreOptions. */
export type Capacities = Readonly<Required<Pick<StoreOptions, 'maxQueued' | 'maxUnproved'>>>

/**
 * See Store.put; for records whose results somebody waits for. The limit is exact for this process. What other processes
 * commit at the same moment is not seen, so that each of them may go over it by the records of one transaction.
 */
export const put = (
  entries: readonly NewEntry[],
  { maxQueued, maxUnproved }: Capacities,
): Operation<readonly PutResult[]> => {
  const demands = [...demandOf(entries)]
  const unproved = entries
    .filter(({ sender }) => sender === 'unproved' || sender === 'key')
    .map(({ account }) => account)
  const { keys, run } = enter(entries, { maxUnproved })
  return {
    keys,
    counted: demands.filter(([, { live }]) => live > 0).map(([account]) => account),
    countedImports: demands.filter(([, demand]) => demand.import > 0).map(([account]) => account),
    ...(unproved.length > 0 ? { unproved: { accounts: unproved, most: maxUnproved } } : {}),
    run: (work) => {
      for (const [name, demand] of demands)
        if (!hasRoom(demand, (pool) => work.queued(accountNumber(name), pool), maxQueued))
          throw new StoreError('full', `more than ${maxQueued} records are queued`)
      return run(work)
    },
  }
}

/** Longest objectId that fits into an index, in bytes. */
const mostIdBytes = 2_000

/**
 * Refuses what could not be applied: an acknowledged record must not wait for ever.
 *
 * @throws StoreError (`unavailable`)
 */
export const checkStorable = (entries: readonly NewEntry[]): void => {
  for (const { objectId } of entries)
    if (storable(objectId) !== objectId || Buffer.byteLength(objectId) > mostIdBytes)
      throw new StoreError('unavailable', 'PostgreSQL cannot store this objectId')
}

/** See Store.withdraw. A row whose token is in flight stays leased, so that the next token waits for the result. */
export const withdraw = (account: string, objectId: string): Operation<boolean> => ({
  keys: [{ account, objectId }],
  run: (work) => {
    const key = { account: accountNumber(account), objectId }
    const row = known(work.find(key))
    if (!row || row.state === 'withdrawn') return row !== undefined
    uncount(work, key, row)
    work.delta.add(String(key.account), `state:withdrawn:${poolOf(row)}`, 1)
    work.delta.event(String(key.account), 'withdrawn')
    const { now } = work
    const gone = { waiting: false, token: null, dueAt: 0, settledAt: now, error: null, keyed: false, confirmedOn: null }
    work.save(key, { ...row, ...gone, state: 'withdrawn' })
    return true
  },
})

/** What remains of a row that is erased while an upload of it is in flight. */
const holdOf = (row: Row): Row => ({
  ...row,
  state: 'erased',
  waiting: false,
  token: null,
  fingerprint: '',
  keyed: false,
  confirmedOn: null,
  receivedAt: 0,
  readyAt: 0,
  dueAt: 0,
  settledAt: null,
  error: null,
  warnings: [],
})

/** See Store.erase; the caller cleans up afterwards, because old versions of the row may still stand in the tables. */
export const erase = (account: string, objectId: string): Operation<boolean> => ({
  keys: [{ account, objectId }],
  run: (work) => {
    const key = { account: accountNumber(account), objectId }
    const row = known(work.find(key))
    if (!row) return false
    if (row.lease === null) {
      discard(work, key, row, 'erased')
      return true
    }
    uncount(work, key, row)
    work.delta.event(String(key.account), 'erased')
    work.save(key, holdOf(row))
    return true
  },
})
