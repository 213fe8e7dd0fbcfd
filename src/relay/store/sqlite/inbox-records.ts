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

/** One that waits in the inbox, as little of it as serves: a hundred thousand may wait, and each object costs the garbage collector. */
export interface InboxRecord extends Omit<AcceptedRecord, 'entry'> {
  /** Account and objectId in one string: records are applied in the order of their keys. */
  key: string
  /** The entry as JSON; see `Stored`. */
  text: string
  /** The record of this profile before it, while neither is applied. */
  earlier?: InboxRecord
}

/** What the inbox holds of one record; the members in the order of `InboxRecord` and `NewEntry`. */
type Stored = readonly [
  account: number,
  objectId: string,
  type: Token['type'],
  id: string,
  keys: readonly [p256dh: string, auth: string] | 0,
  warnings: readonly string[] | 0,
]

export const keyOf = (account: number, objectId: string): string => `${account} ${objectId}`

/** A backend's live record as it waits in the inbox. That it is one need not be said of each. */
export const toInbox = ({ seq, account, receivedAt, entry }: AcceptedRecord): InboxRecord => {
  const { objectId, token, warnings } = entry
  const { type, id, keys } = token
  const stored: Stored = [
    account,
    objectId,
    type,
    id,
    keys ? [keys.p256dh, keys.auth] : 0,
    warnings.length > 0 ? warnings : 0,
  ]
  return { seq, account, receivedAt, key: keyOf(account, objectId), text: JSON.stringify(stored) }
}

/** The record that `toInbox` was given. */
export const fromInbox = ({ seq, account, receivedAt, text }: InboxRecord): AcceptedRecord => {
  // Written by `toInbox`.
  const [, objectId, type, id, keys, warnings] = JSON.parse(text) as Stored
  return {
    seq,
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
  }
}

/** Records of one commit as the text of one inbox row. */
export const encodeRecords = (records: readonly InboxRecord[]): string =>
  `[${records.map(({ text }) => text).join(',')}]`

/** The records of an inbox row, which begins with that sequence number. */
export const decodeRecords = (seq: number, receivedAt: number, text: string): InboxRecord[] =>
  // Written by `encodeRecords`.
  (JSON.parse(text) as Stored[]).map((stored, at) => {
    const [account, objectId] = stored
    return { seq: seq + at, account, receivedAt, key: keyOf(account, objectId), text: JSON.stringify(stored) }
  })
