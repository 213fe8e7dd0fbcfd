import type { AccountStatus, PageState, UploadMode } from './snapshot.ts'
import { ago, count, counted, share } from './words.ts'

/** One cell: a string, optionally with a class, or a button that retries the records with a code. */
export type Cell = { text: string; as?: 'code' | 'note' | 'number' } | { text: string; retry: number }

/** One row of a list. `key` identifies the row when the list changes. */
export interface Row {
  key: string
  cells: readonly Cell[]
}

const codes = ({ rejected }: AccountStatus): Row[] =>
  rejected.codes.map(({ code, records, meaning, remedy }) => ({
    key: String(code),
    cells: [
      { text: code === 0 ? 'no code' : String(code), as: 'code' },
      { text: counted(records, 'record'), as: 'number' },
      { text: `${meaning}.` },
      { text: remedy, as: 'note' },
      { text: `Try ${records === 1 ? 'it' : `all ${count(records)}`} again`, retry: code },
    ],
  }))

const latest = ({ rejected }: AccountStatus, now: number): Row[] =>
  rejected.latest.map(({ at, profile, type, code, meaning, text }) => ({
    key: `${profile} ${at}`,
    cells: [
      { text: ago(at, now), as: 'note' },
      { text: code === 0 ? 'no code' : String(code), as: 'code' },
      { text: `${meaning}.` },
      { text: text === '' ? 'CleverTap sent no message.' : `CleverTap's message: ${text}`, as: 'note' },
      { text: `${type} token, profile ${profile}`, as: 'note' },
    ],
  }))

const happenings: readonly [keyof AccountStatus['events'], string, string][] = [
  ['replaced', 'rotated', 'tokens that replaced an older one'],
  ['withdrawn', 'withdrawn', 'tokens that their browsers withdrew'],
  ['deferred', 'deferred', 'uploads that wait because the profile may not be live yet'],
  ['expired', 'taken over', 'records of a process that died while it uploaded them'],
  ['discarded', 'discarded', 'rejected records that were removed, because they were too old or too many'],
  ['confirmed', 'confirmed', 'accepted tokens that were found on their profile'],
  ['missing', 'missing', 'accepted tokens that were not found on their profile'],
]

const events = ({ events: happened }: AccountStatus): Row[] =>
  happenings
    .filter(([name]) => happened[name] > 0 || name === 'replaced')
    .map(([name, word, meaning]) => ({
      key: name,
      cells: [{ text: count(happened[name]), as: 'number' }, { text: word }, { text: meaning, as: 'note' }],
    }))

const fullness = ({ waiting, limit }: { waiting: number; limit: number }): string =>
  `${share(waiting, limit)} of ${count(limit)}`

const capacity = ({ capacity: { live, unproved }, queue }: AccountStatus): Row[] => [
  {
    key: 'live',
    cells: [
      { text: count(live.waiting), as: 'number' },
      { text: `proved, ${fullness(live)}` },
      { text: 'backends, tickets and registration keys whose record CleverTap has accepted', as: 'note' },
    ],
  },
  {
    key: 'unproved',
    cells: [
      { text: count(unproved.waiting), as: 'number' },
      { text: `unproved, ${fullness(unproved)}` },
      {
        text:
          unproved.evicted === 0
            ? 'browsers without proof'
            : `browsers without proof; ${counted(unproved.evicted, 'record')} evicted for newer ones`,
        as: 'note',
      },
    ],
  },
  {
    key: 'import',
    cells: [
      { text: count(queue.import), as: 'number' },
      { text: 'imported' },
      { text: 'uploaded after all others; an import waits while the queue is full', as: 'note' },
    ],
  },
]

const browserWords: readonly [keyof AccountStatus['browsers'], string, string][] = [
  ['heard', 'active', 'registered browsers that confirmed their registration in the last 30 days'],
  [
    'idle',
    'idle',
    'registered browsers without a confirmation for PUSHFERRY_KEY_IDLE: another browser may claim their objectId',
  ],
  ['refused', 'refused', 'registrations refused because another browser has the objectId, last 24 hours'],
  ['takeovers', 'taken over', 'objectIds that a browser without the key took over, last 24 hours'],
]

const browsers = ({ browsers: known }: AccountStatus): Row[] =>
  browserWords.map(([name, word, meaning]) => ({
    key: name,
    cells: [{ text: count(known[name]), as: 'number' }, { text: word }, { text: meaning, as: 'note' }],
  }))

const stateWords: Readonly<Record<UploadMode, string>> = {
  ok: 'Uploads succeeded again',
  throttled: 'CleverTap asked to wait',
  failing: 'Uploads began to fail',
  suspended: 'Uploads were suspended',
}

const changes = ({ changes: seen }: AccountStatus, now: number): Row[] =>
  seen.map(({ at, state, cause }) => ({
    key: String(at),
    cells: [
      { text: ago(at, now), as: 'note' },
      { text: cause === null ? `${stateWords[state]}.` : `${stateWords[state]}: ${cause}.` },
    ],
  }))

const others = ({ others: processes }: AccountStatus): Row[] =>
  processes.map(({ name, state, inFlight }) => ({
    key: name,
    cells: [{ text: name, as: 'code' }, { text: `${state}, ${counted(inFlight, 'request')} in flight` }],
  }))

export const listNames = ['codes', 'latest', 'capacity', 'browsers', 'events', 'changes', 'others'] as const
export type ListName = (typeof listNames)[number]

/** The page's lists, by name. Pure: the same on the server and in the page. */
export const rowsOf = ({ account, generatedAt }: PageState): Readonly<Record<ListName, readonly Row[]>> => ({
  codes: codes(account),
  latest: latest(account, generatedAt),
  capacity: capacity(account),
  browsers: browsers(account),
  events: events(account),
  changes: changes(account, generatedAt),
  others: others(account),
})
