import type { NewEntry } from '../../src/relay/store/port.ts'

/** The account of tests that need only one. */
export const account = 'ACC'

/** A backend's record, for `put` of a store. */
export const newEntry = (objectId: string, id = `token-of-${objectId}`, more: Partial<NewEntry> = {}): NewEntry => ({
  account,
  objectId,
  token: { type: 'fcm', id },
  priority: 'live',
  sender: 'trusted',
  replaceLive: true,
  warnings: [],
  ...more,
})
