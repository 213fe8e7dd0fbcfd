import { StoreError } from '../errors.ts'
import type { NewEntry, PutResult } from '../port.ts'
import { decide } from '../rules/decide.ts'
import { fingerprint } from '../rules/fingerprint.ts'
import type { Operation } from './operation.ts'
import type { Row } from './row.ts'
import type { NewRow } from './take.ts'
import type { Key, Work } from './work.ts'

/** Takes a row's present state out of the numbers, before it becomes something else. */
export const uncount = ({ delta }: Work, { account }: Key, row: Row): void => {
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

/** What `decide` says of an entry whose objectId is not known: it is queued. */
const newRowOf = (entry: NewEntry): NewRow => {
  const print = fingerprint(entry.token)
  const decision = decide(undefined, entry, print, 0)
  return { entry, fingerprint: print, keyed: decision.kind === 'queue' && decision.keyed }
}
const queued: PutResult = { result: 'queued' }

const putOne = (work: Work, key: Key, entry: NewEntry, print: string): PutResult => {
  const { delta, now } = work
  const name = String(key.account)
  const row = work.find(key)
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
  work.save(key, enteredRow(row, entry, print, decision.keyed, work.nextSequence(), now))
  delta.add(name, `state:queued:${entry.lane}`, 1)
  delta.event(name, result)
  return { result }
}

/**
 * See Store.put. The limit is exact for this process. What other processes commit at the same moment is not seen, so
 * that each of them may go over it by the live records of one transaction. Far from it nobody looks: see room.ts.
 */
export const put = (entries: readonly NewEntry[], maxQueued: number): Operation<readonly PutResult[]> => {
  const rows = entries.map(newRowOf)
  const live = entries.filter(({ lane }) => lane === 'live').map(({ account }) => account)
  return {
    keys: entries,
    fresh: { rows, result: entries.map(() => queued) },
    counted: live,
    run: (work, account) => {
      for (const name of new Set(live))
        if (work.queuedLive(account(name)) + live.filter((one) => one === name).length > maxQueued)
          throw new StoreError('full', `more than ${maxQueued} records are queued`)
      return rows.map(({ entry, fingerprint: print }) =>
        putOne(work, { account: account(entry.account), objectId: entry.objectId }, entry, print),
      )
    },
  }
}

/** See Store.withdraw. A row whose token is in flight stays leased, so that the next token waits for the result. */
export const withdraw = (account: string, objectId: string): Operation<boolean> => ({
  keys: [{ account, objectId }],
  run: (work, numberOf) => {
    const key = { account: numberOf(account), objectId }
    const row = work.find(key)
    if (!row || row.state === 'withdrawn') return row !== undefined
    uncount(work, key, row)
    work.delta.add(String(key.account), `state:withdrawn:${row.lane}`, 1)
    work.delta.event(String(key.account), 'withdrawn')
    const { now } = work
    work.save(key, { ...row, state: 'withdrawn', waiting: false, token: null, dueAt: 0, settledAt: now, error: null })
    return true
  },
})

/** See Store.erase; the caller cleans up afterwards, because old versions of the row may still stand in the tables. */
export const erase = (account: string, objectId: string): Operation<boolean> => ({
  keys: [{ account, objectId }],
  run: (work, numberOf) => {
    const key = { account: numberOf(account), objectId }
    const row = work.find(key)
    if (!row) return false
    uncount(work, key, row)
    work.delta.event(String(key.account), 'erased')
    work.erase(key)
    return true
  },
})
