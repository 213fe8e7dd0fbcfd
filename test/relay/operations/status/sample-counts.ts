import { type Counts, eventNames } from '../../../../src/relay/store/port.ts'

/** Counts of an account as a store gives them, zero unless given. */
export const countsWith = (
  events: Partial<Counts['events']> = {},
  more: Partial<Omit<Counts, 'events'>> = {},
): Counts => ({
  queued: { live: 0, unproved: 0, import: 0 },
  uploading: 0,
  accepted: 0,
  rejected: 0,
  withdrawn: 0,
  oldestReceivedAt: null,
  rejectedByCode: {},
  confirmedOn: {},
  events: { ...(Object.fromEntries(eventNames.map((name) => [name, 0])) as Counts['events']), ...events },
  ...more,
})
