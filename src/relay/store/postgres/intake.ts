import { StoreError } from '../errors.ts'
import type { NewEntry, PutResult } from '../port.ts'
import { decide } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import { accountNumber } from './accounts.ts'
import type { Operation } from './operation.ts'
import { type KnownRow, known, type Row, storable } from './row.ts'
import type { Key, Work } from './work.ts'

/** Takes a row's present state out of the numbers, before it becomes something else. */
export const uncount = ({ delta }: Work, { account }: Key, row: KnownRow): void => {
  delta.add(String(account), `state:${row.state}:${row.lane}`, -1)
  if (row.state === 'rejected' && row.error) delta.add(String(account), `code:${row.error.code}`, -1)
}

/** The row that a record makes: a new one, or the old one with another token, which keeps its lease. */
const enteredRow = (
  old: Row | undefined,
  entry: NewEntry,
  print: string,
  keyed: boolean,
  seq: number,
  now: number,
): Row => ({
  type: entry.token.type,
  token: entry.token,
  fingerprint: print,
  state: 'queued',
  waiting: false,
  lane: entry.lane,
  seq,
  keyed,
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
const enterOne = (work: Work, key: Key, entry: NewEntry, now: number): PutResult => {
  const { delta } = work
  const print = fingerprint(entry.token)
  const name = String(key.account)
  const held = work.find(key)
  const row = known(held)
  const decision = decide(row, entry, print, now)
  if (decision.kind === 'refuse') {
    delta.event(name, 'refused')
    return { result: 'refused' }
  }
  if (decision.kind === 'keep' && row) {
    if (decision.promote) {
      delta.add(name, `state:${row.state}:import`, -1)
      delta.add(name, `state:${row.state}:live`, 1)
    }
    if (decision.promote || decision.keyed !== row.keyed)
      work.save(key, { ...row, keyed: decision.keyed, lane: decision.promote ? 'live' : row.lane })
    delta.event(name, 'unchanged')
    return { result: 'unchanged' }
  }
  const result = decision.kind === 'queue' ? decision.result : 'queued'
  if (row) uncount(work, key, row)
  work.save(key, enteredRow(held, entry, print, decision.keyed, work.nextSequence(), now))
  delta.add(name, `state:queued:${entry.lane}`, 1)
  delta.event(name, result)
  return { result }
}

/** Decides upon records one after another and makes their rows. */
export const enter = (entries: readonly NewEntry[], acceptedAt?: number): Operation<readonly PutResult[]> => ({
  keys: entries,
  run: (work) =>
    entries.map((entry) => {
      const key = { account: accountNumber(entry.account), objectId: entry.objectId }
      return enterOne(work, key, entry, acceptedAt ?? work.now)
    }),
})

/**
 * See Store.put; for records whose results somebody waits for. The limit is exact for this process. What other processes
 * commit at the same moment is not seen, so that each of them may go over it by the live records of one transaction.
 */
export const put = (entries: readonly NewEntry[], maxQueued: number): Operation<readonly PutResult[]> => {
  const live = entries.filter(({ lane }) => lane === 'live').map(({ account }) => account)
  const { keys, run } = enter(entries)
  return {
    keys,
    counted: live,
    run: (work) => {
      for (const name of new Set(live))
        if (work.queuedLive(accountNumber(name)) + live.filter((one) => one === name).length > maxQueued)
          throw new StoreError('full', `more than ${maxQueued} records are queued`)
      return run(work)
    },
  }
}

/** Over so many bytes, an objectId does not fit into an index. */
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
    work.delta.add(String(key.account), `state:withdrawn:${row.lane}`, 1)
    work.delta.event(String(key.account), 'withdrawn')
    const { now } = work
    work.save(key, { ...row, state: 'withdrawn', waiting: false, token: null, dueAt: 0, settledAt: now, error: null })
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
    uncount(work, key, row)
    work.delta.event(String(key.account), 'erased')
    if (row.lease === null) work.erase(key)
    else work.save(key, holdOf(row))
    return true
  },
})
