import type { Token } from '../../../wire/record.ts'
import type { NewEntry } from '../port.ts'

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

/** What stands in the inbox for one record; the members in the order of `InboxRecord` and `NewEntry`. */
type Stored = readonly [
  account: number,
  objectId: string,
  type: Token['type'],
  id: string,
  keys: readonly [p256dh: string, auth: string] | 0,
  warnings: readonly string[] | 0,
]

export const keyOf = (account: number, objectId: string): string => `${account} ${objectId}`

/** Records of one commit as the text of one inbox row. They are backends' live records, so that need not be said of each. */
export const encodeRecords = (records: readonly InboxRecord[]): string =>
  JSON.stringify(
    records.map(({ account, entry: { objectId, token, warnings } }): Stored => {
      const { type, id, keys } = token
      return [account, objectId, type, id, keys ? [keys.p256dh, keys.auth] : 0, warnings.length > 0 ? warnings : 0]
    }),
  )

/** The records of an inbox row, which begins with that sequence number. */
export const decodeRecords = (seq: number, receivedAt: number, text: string): InboxRecord[] =>
  // Written by `encodeRecords`.
  (JSON.parse(text) as Stored[]).map(([account, objectId, type, id, keys, warnings], at) => ({
    seq: seq + at,
    key: keyOf(account, objectId),
    account,
    receivedAt,
    entry: {
      objectId,
      token: keys === 0 ? { type, id } : { type, id, keys: { p256dh: keys[0], auth: keys[1] } },
      lane: 'live',
      sender: 'trusted',
      replaceLive: true,
      warnings: warnings === 0 ? [] : warnings,
    },
  }))
