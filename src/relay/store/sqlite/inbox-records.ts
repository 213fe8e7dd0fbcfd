import type { NewEntry } from '../port.ts'
import type { Candidate } from '../rules/apply-record.ts'
import { entryOf, type StoredRecord, storedOf } from '../rules/inbox-record.ts'

/** An accepted record that is not applied yet, with its account's number. */
export type AcceptedRecord = Candidate & { seq: number; account: number }

/** A pending record in memory. It is small, because 100,000 may be pending, and each object costs garbage collection. */
export interface InboxRecord extends Pick<AcceptedRecord, 'seq' | 'account' | 'receivedAt'> {
  /** Account and objectId in one string: records are applied in the order of their keys. */
  key: string
  /** Account and record as JSON; see `Stored`. */
  text: string
  /** The record of this profile before it, while neither is applied. */
  earlier?: InboxRecord
}
type Stored = readonly [account: number, ...StoredRecord]

export const keyOf = (account: number, objectId: string): string => `${account} ${objectId}`

/** A backend's live record as it waits in the inbox; not numbered yet. */
export const toInbox = (account: number, entry: NewEntry, receivedAt: number): InboxRecord => {
  const text = JSON.stringify([account, ...storedOf(entry)])
  return { seq: 0, account, receivedAt, key: keyOf(account, entry.objectId), text }
}

/** The record that `toInbox` was given. */
export const fromInbox = ({ seq, account, receivedAt, text }: InboxRecord): AcceptedRecord => {
  // Written by `toInbox`.
  const [, ...stored] = JSON.parse(text) as Stored
  return { seq, account, receivedAt, entry: entryOf(stored) }
}

/** Encodes records with consecutive sequence numbers as the string of one inbox row. */
export const encodeRecords = (records: readonly InboxRecord[]): string =>
  `[${records.map(({ text }) => text).join(',')}]`

/** The records of an inbox row, which begins with that sequence number. */
export const decodeRecords = (seq: number, receivedAt: number, text: string): InboxRecord[] =>
  // Written by `encodeRecords`.
  (JSON.parse(text) as Stored[]).map((stored, at) => {
    const [account, objectId] = stored
    return { seq: seq + at, account, receivedAt, key: keyOf(account, objectId), text: JSON.stringify(stored) }
  })
