import type { Token } from '../../../wire/record.ts'
import type { NewEntry } from '../port.ts'

/** A record in the inbox on disk. All of them are live records of backends, so priority and sender are not stored. */
export type StoredRecord = readonly [
  objectId: string,
  type: Token['type'],
  id: string,
  keys: readonly [p256dh: string, auth: string] | 0,
  warnings: readonly string[] | 0,
]

export const storedOf = ({ objectId, token, warnings }: Omit<NewEntry, 'account'>): StoredRecord => {
  const { type, id, keys } = token
  return [objectId, type, id, keys ? [keys.p256dh, keys.auth] : 0, warnings.length > 0 ? warnings : 0]
}

export const entryOf = ([objectId, type, id, keys, warnings]: StoredRecord): Omit<NewEntry, 'account'> => ({
  objectId,
  token: keys === 0 ? { type, id } : { type, id, keys: { p256dh: keys[0], auth: keys[1] } },
  priority: 'live',
  sender: 'trusted',
  replaceLive: true,
  warnings: warnings === 0 ? [] : warnings,
})

/** Whether a record may go to the inbox: its sender may always replace the row, and does not need the result for its answer. */
export const isForInbox = ({ sender, priority, replaceLive, shownKeys }: NewEntry): boolean =>
  sender === 'trusted' && priority === 'live' && replaceLive && !shownKeys
