import type { NewEntry } from '../port.ts'
import { entryOf, type StoredRecord, storedOf } from '../rules/inbox-record.ts'

/** An accepted record on its way to the table `token`. */
export interface AcceptedRecord {
  /** Given at acceptance; of two records of one profile the higher one wins. */
  seq: number
  /** The account's number. */
  account: number
  /** Ms since the epoch. */
  receivedAt: number
  entry: Omit<NewEntry, 'account'>
}

/** One that waits in the inbox, as little of it as serves: a hundred thousand may wait, and each object costs the garbage collector. */
export interface InboxRecord extends Omit<AcceptedRecord, 'entry'> {
  /** Account and objectId in one string: records are applied in the order of their keys. */
  key: string
  /** Account and entry as JSON; see `Stored`. */
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

/** Records with sequence numbers in a row as the text of one inbox row. */
export const encodeRecords = (records: readonly InboxRecord[]): string =>
  `[${records.map(({ text }) => text).join(',')}]`

/** The records of an inbox row, which begins with that sequence number. */
export const decodeRecords = (seq: number, receivedAt: number, text: string): InboxRecord[] =>
  // Written by `encodeRecords`.
  (JSON.parse(text) as Stored[]).map((stored, at) => {
    const [account, objectId] = stored
    return { seq: seq + at, account, receivedAt, key: keyOf(account, objectId), text: JSON.stringify(stored) }
  })
