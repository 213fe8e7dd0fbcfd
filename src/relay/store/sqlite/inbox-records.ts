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

/** One that waits in the inbox. */
export interface InboxRecord extends AcceptedRecord {
  /** Account and objectId in one string: records are applied in the order of their keys. */
  key: string
  /** The record of this profile before it, while neither is applied. */
  earlier?: InboxRecord
}

export const keyOf = (account: number, objectId: string): string => `${account} ${objectId}`

/** Records with sequence numbers in a row as the text of one inbox row. */
export const encodeRecords = (records: readonly InboxRecord[]): string =>
  JSON.stringify(records.map(({ account, entry }) => [account, ...storedOf(entry)]))

/** The records of an inbox row, which begins with that sequence number. */
export const decodeRecords = (seq: number, receivedAt: number, text: string): InboxRecord[] =>
  // Written by `encodeRecords`.
  (JSON.parse(text) as [number, ...StoredRecord][]).map(([account, ...stored], at) => {
    const entry = entryOf(stored)
    return { seq: seq + at, key: keyOf(account, entry.objectId), account, receivedAt, entry }
  })
