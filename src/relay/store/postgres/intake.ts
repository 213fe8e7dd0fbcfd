import { StoreError } from '../errors.ts'
import type { EventName, NewEntry, PutResult } from '../port.ts'
import { decide, type Ownership, takesLiveRoom } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import { poolOf, recountConfirmed } from '../rules/tally.ts'
import { accountNumber } from './accounts.ts'
import type { Operation } from './operation.ts'
import { type KnownRow, known, type Row } from './row.ts'
import type { NewRow } from './take.ts'
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

/** What `decide` says of an entry whose objectId is not known: it is queued. */
const newRowOf = (entry: NewEntry): NewRow => {
  const print = fingerprint(entry)
  const decision = decide(undefined, entry, print, 0)
  return { entry, fingerprint: print, keyed: decision.kind === 'queue' && decision.row.keyed }
}
const queued: PutResult = { result: 'queued' }

const putOne = (work: Work, key: Key, entry: NewEntry, print: string, maxUnproved: number): PutResult => {
  const { delta, now } = work
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

/**
 * See Store.put. The limit is exact for this process. What other processes commit at the same moment is not seen, so
 * that each of them may go over it by the live records of one transaction. Far from it nobody looks: see room.ts.
 */
export const put = (
  entries: readonly NewEntry[],
  { maxQueued, maxUnproved }: { maxQueued: number; maxUnproved: number },
): Operation<readonly PutResult[]> => {
  const rows = entries.map(newRowOf)
  const live = entries.filter(takesLiveRoom).map(({ account }) => account)
  const unproved = entries
    .filter(({ sender }) => sender === 'unproved' || sender === 'key')
    .map(({ account }) => account)
  const isTrusted = entries.every(({ sender }) => sender === 'trusted')
  return {
    keys: entries,
    ...(isTrusted ? { fresh: { rows, result: entries.map(() => queued) } } : {}),
    counted: live,
    ...(unproved.length > 0 ? { unproved } : {}),
    run: (work) => {
      for (const name of new Set(live))
        if (work.queued(accountNumber(name), 'live') + live.filter((one) => one === name).length > maxQueued)
          throw new StoreError('full', `more than ${maxQueued} records are queued`)
      return rows.map(({ entry, fingerprint: print }) =>
        putOne(work, { account: accountNumber(entry.account), objectId: entry.objectId }, entry, print, maxUnproved),
      )
    },
  }
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
