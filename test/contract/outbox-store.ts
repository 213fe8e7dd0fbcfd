import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from '../../src/relay/store/errors.ts'
import {
  type AcceptedRow,
  type Counts,
  eventNames,
  type Lease,
  type NewEntry,
  type Outcome,
  type Store,
  type StoreOptions,
} from '../../src/relay/store/port.ts'
import { fingerprintOf } from '../../src/relay/store/rules/decide.ts'
import type { Token } from '../../src/wire/record.ts'
import { account, newEntry as entry } from '../support/new-entry.ts'

/** A store that an adapter opens for one test. */
export interface Subject {
  store: Store
  end(): Promise<void>
}

const day = 24 * 60 * 60 * 1000
const fcm = (id: string): Token => ({ type: 'fcm', id })
const isLease = (leased: Lease | { waitMs: number | null }): leased is Lease => 'entries' in leased

/** The promises of the outbox port. Every adapter runs all of them, under the same titles. */
export const outboxContract = (open: (options: StoreOptions) => Promise<Subject>): void => {
  let now = 1_800_000_000_000
  let subject: Subject
  let store: Store
  const holder = 'holder-1'

  const begin = async (options: StoreOptions = {}): Promise<void> => {
    subject = await open({ ...options, now: () => now })
    store = subject.store
    await store.join(holder, '{}')
  }
  const beginWithCapacityFor = async (maxQueued: number): Promise<void> => {
    await subject.end()
    await begin({ maxQueued })
  }

  beforeEach(async () => {
    now = 1_800_000_000_000
    await begin()
  })
  afterEach(() => subject.end())

  const lease = async (max = 100, by = holder): Promise<Lease> => {
    const leased = await store.lease({ account, holder: by, max, flushMs: 0 })
    return isLease(leased) ? leased : { account, entries: [] }
  }
  const ids = (leased: Lease): string[] => leased.entries.map((one) => one.objectId)
  const complete = (leased: Lease, outcome: Outcome, by = holder): Promise<void> =>
    store.complete(
      by,
      leased.entries.map(({ objectId, generation }) => ({ account, objectId, generation, outcome })),
    )
  /** The events that `put` adds to the counts. Only browsers' records have a result of their own. */
  const counted = async (put: () => Promise<unknown>, of = account): Promise<Partial<Counts['events']>> => {
    const before = (await store.counts(of)).events
    await put()
    const after = (await store.counts(of)).events
    const counts = eventNames.map((name) => [name, after[name] - before[name]] as const)
    return Object.fromEntries(counts.filter(([, by]) => by !== 0))
  }
  const putOne = async (one: NewEntry): Promise<string> => {
    if (one.sender !== 'trusted') return (await store.put([one]))[0]?.result ?? 'nothing'
    return Object.keys(await counted(() => store.put([one]))).join()
  }
  const stateOf = async (objectId: string): Promise<string | undefined> => (await store.find(account, objectId))?.state

  describe('intake', () => {
    it('queues a record of an objectId that is not known', async () => {
      expect(await store.put([entry('a', 't', { warnings: ['odd'] })])).toEqual([{ result: 'queued' }])
      expect(await store.find(account, 'a')).toEqual({
        objectId: 'a',
        type: 'fcm',
        state: 'queued',
        attempts: 0,
        error: null,
        receivedAt: now,
        settledAt: null,
        warnings: ['odd'],
      })
    })
    it('keeps every sign of ids, keys and warnings, whatever it means to a database', async () => {
      const odd = ['"a"', "b'", 'c\\', '\\"d', '{e,f}', 'NULL', 'null', '$1', 'ü€😀', 'g,', '()', "''"]
      const keys = { p256dh: 'NULL', auth: 'null' }
      const entries = odd.map((sign) => entry(sign, `${sign}token${sign}`, { warnings: [sign, `${sign} ${sign}`] }))
      await store.put([...entries, entry('keyed', 'token', { token: { type: 'chrome', id: 'token', keys } })])
      const { entries: leased } = await lease()
      expect(leased.map(({ objectId, token }) => ({ objectId, token }))).toEqual([
        ...entries.map(({ objectId, token }) => ({ objectId, token })),
        { objectId: 'keyed', token: { type: 'chrome', id: 'token', keys } },
      ])
      for (const sign of odd)
        expect(await store.find(account, sign)).toMatchObject({ objectId: sign, warnings: [sign, `${sign} ${sign}`] })
    })
    it.each(['queued', 'uploading', 'accepted'] as const)(
      'leaves the same token alone while it is %s',
      async (state) => {
        await store.put([entry('a')])
        if (state !== 'queued') {
          const leased = await lease()
          if (state === 'accepted') await complete(leased, { kind: 'accepted' })
        }
        expect(await putOne(entry('a'))).toBe('unchanged')
        expect(await stateOf('a')).toBe(state)
      },
    )
    it('queues the same token again when it was refused more than 24 hours ago, and not before', async () => {
      await store.put([entry('a')])
      await complete(await lease(), { kind: 'rejected', error: { code: 535, message: 'bad' } })
      now += 24 * 60 * 60 * 1000
      expect(await putOne(entry('a'))).toBe('unchanged')
      now += 1
      expect(await putOne(entry('a'))).toBe('queued')
      expect(await store.find(account, 'a')).toMatchObject({ state: 'queued', error: null, attempts: 0 })
    })
    it('lets the newest token win', async () => {
      await store.put([entry('a', 'old')])
      expect(await putOne(entry('a', 'new'))).toBe('replaced')
      expect((await lease()).entries.map((one) => one.token.id)).toEqual(['new'])
    })
    it('lets the later record win when one call names an objectId twice', async () => {
      const entries = [entry('a', 'first'), entry('b'), entry('a', 'second')]
      expect(await counted(() => store.put(entries))).toEqual({ queued: 2, replaced: 1 })
      const leased = await lease()
      expect(leased.entries.find((one) => one.objectId === 'a')?.token.id).toBe('second')
      expect(ids(leased)).toHaveLength(2)
    })
    it('tells tokens of different types, ids or keys apart', async () => {
      const keys = { p256dh: 'p', auth: 'a' }
      await store.put([entry('a', 't', { token: { type: 'chrome', id: 't', keys } })])
      expect(await putOne(entry('a', 't', { token: { type: 'chrome', id: 't', keys } }))).toBe('unchanged')
      expect(await putOne(entry('a', 't', { token: { type: 'chrome', id: 't', keys: { ...keys, auth: 'b' } } }))).toBe(
        'replaced',
      )
      expect(await putOne(entry('a', 't', { token: { type: 'gcm', id: 't' } }))).toBe('replaced')
    })
    it('queues the same token under another objectId and leaves the first row as it is', async () => {
      await store.put([entry('a', 'shared')])
      expect(await store.put([entry('b', 'shared')])).toEqual([{ result: 'queued' }])
      expect(await stateOf('a')).toBe('queued')
      expect((await lease()).entries.map(({ token }) => token.id)).toEqual(['shared', 'shared'])
    })
    it('keeps accounts apart', async () => {
      await store.put([entry('a', 'shared')])
      expect(await store.put([entry('a', 'shared', { account: 'OTHER' })])).toEqual([{ result: 'queued' }])
      expect((await store.counts('OTHER')).queued).toEqual({ live: 1, unproved: 0, import: 0 })
    })
    it('keeps accounts apart within one call', async () => {
      await store.put([entry('a')])
      const other = { account: 'OTHER' }
      const results = await store.put([entry('b'), entry('a', 'new', other), entry('o', 'former', other)])
      expect(results).toEqual([{ result: 'queued' }, { result: 'queued' }, { result: 'queued' }])
      const put = () => store.put([entry('o', 'latter', other), entry('c')])
      expect(await counted(put, 'OTHER')).toEqual({ replaced: 1 })
      expect((await store.counts('OTHER')).queued).toEqual({ live: 2, unproved: 0, import: 0 })
      expect((await store.counts(account)).queued).toEqual({ live: 3, unproved: 0, import: 0 })
    })
    it('gives each of many records in one call its own account and priority', async () => {
      const entries = Array.from({ length: 200 }, (_, at) =>
        entry(`mixed-${at}`, `t${at}`, {
          account: at % 2 === 0 ? account : 'OTHER',
          priority: at % 5 === 0 ? 'import' : 'live',
        }),
      )
      await store.put(entries)
      for (const one of [account, 'OTHER'])
        expect((await store.counts(one)).queued).toEqual({ live: 80, unproved: 0, import: 20 })
      expect(await store.find('OTHER', 'mixed-0')).toBeUndefined()
      expect(await store.find('OTHER', 'mixed-1')).toMatchObject({ state: 'queued' })
    })
    it('does not let an import replace a live or withdrawn row, unless it was told to', async () => {
      await store.put([entry('a', 'live'), entry('w', 'gone')])
      await store.withdraw(account, 'w')
      const imported = { priority: 'import', replaceLive: false } as const
      expect(await putOne(entry('a', 'imported', imported))).toBe('unchanged')
      expect(await putOne(entry('w', 'gone', imported))).toBe('unchanged')
      expect(await putOne(entry('w', 'imported', imported))).toBe('unchanged')
      expect(await putOne(entry('a', 'imported', { priority: 'import' }))).toBe('replaced')
    })
    it('moves an imported row to the live priority when the same token arrives live', async () => {
      await store.put([entry('a', 't', { priority: 'import' })])
      expect(await putOne(entry('a', 't'))).toBe('unchanged')
      expect((await store.counts(account)).queued).toEqual({ live: 1, unproved: 0, import: 0 })
    })
    it('refuses live records over the queue limit, whole calls at a time', async () => {
      await beginWithCapacityFor(50)
      await store.put(Array.from({ length: 49 }, (_, at) => entry(`o${at}`)))
      await expect(store.put([entry('x'), entry('y')])).rejects.toMatchObject({ code: 'full' })
      expect(await store.find(account, 'x')).toBeUndefined()
      expect(await putOne(entry('z'))).toBe('queued')
      await complete(await lease(10), { kind: 'accepted' })
      expect(await putOne(entry('y'))).toBe('queued')
    })
    it('tells its listeners about work, until they stop listening', async () => {
      const woken: [string, number][] = []
      const stop = store.onWork((name, rows) => woken.push([name, rows]))
      await store.put([entry('a'), entry('b')])
      stop()
      await store.put([entry('c')])
      expect(woken).toEqual([[account, 2]])
    })
  })

  describe('an import', () => {
    const imported = (objectId: string, id?: string, more: Partial<NewEntry> = {}): NewEntry =>
      entry(objectId, id, { priority: 'import', replaceLive: false, ...more })
    const put = async (rows: readonly NewEntry[]): Promise<string[]> =>
      (await store.put(rows)).map(({ result }) => result)

    it('stores every member of its rows', async () => {
      const token: Token = { type: 'chrome', id: 'id', keys: { p256dh: 'p', auth: 'a' } }
      const rows = [imported('ünï-😀', 'ïd', { warnings: ['x', 'y, "z"'] }), imported('web', 'id', { token })]
      expect(await put(rows)).toEqual(['queued', 'queued'])
      expect(await store.find(account, 'ünï-😀')).toMatchObject({ state: 'queued', warnings: ['x', 'y, "z"'] })
      expect((await lease()).entries).toMatchObject([
        { objectId: 'ünï-😀', priority: 'import', token: { type: 'fcm', id: 'ïd' } },
        { objectId: 'web', priority: 'import', token },
      ])
    })
    it('leaves live and withdrawn rows alone, and the first of its rows with an objectId stays, unless it replaces', async () => {
      await store.put([entry('live'), entry('gone')])
      await store.withdraw(account, 'gone')
      const rows = [imported('new', 'n1'), imported('live', 'other'), imported('gone', 'other'), imported('new', 'n2')]
      expect(await put(rows)).toEqual(['queued', 'unchanged', 'unchanged', 'unchanged'])
      expect(await stateOf('gone')).toBe('withdrawn')
      expect((await lease()).entries.map(({ token }) => token.id)).toEqual(['token-of-live', 'n1'])
      const replacing = rows.map((row) => ({ ...row, replaceLive: true }))
      expect(await put(replacing)).toEqual(['unchanged', 'replaced', 'replaced', 'replaced'])
      expect((await store.counts(account)).events).toMatchObject({ queued: 3, unchanged: 4, replaced: 3 })
    })
    it('binds no objectId, knows no limit, and wakes the uploader', async () => {
      const woken: [string, number][] = []
      const stop = store.onWork((name, rows) => woken.push([name, rows]))
      await put(Array.from({ length: 123 }, (_, at) => imported(`o${at}`)))
      stop()
      expect(woken).toEqual([[account, 123]])
      expect((await store.counts(account)).queued).toEqual({ live: 0, unproved: 0, import: 123 })
      expect(await putOne(entry('o0', 'of its browser', { sender: 'unproved' }))).toBe('replaced')
    })
  })

  describe('registration keys', () => {
    const browser = (id: string, sender: 'ticket' | 'key' | 'unproved'): NewEntry => entry('a', id, { sender })
    it('binds an objectId to its first browser: another token needs proof, the identical one does not', async () => {
      expect(await putOne(browser('t', 'unproved'))).toBe('queued')
      expect(await putOne(browser('other', 'unproved'))).toBe('refused')
      expect(await putOne(browser('t', 'unproved'))).toBe('unchanged')
      expect(await putOne(browser('other', 'key'))).toBe('replaced')
      expect((await store.counts(account)).events.refused).toBe(1)
    })
    it('lets the first browser have a row that a backend made, and only that one', async () => {
      await store.put([entry('a', 'native')])
      expect(await putOne(browser('web', 'unproved'))).toBe('replaced')
      expect(await putOne(browser('thief', 'unproved'))).toBe('refused')
    })
    it('stays bound when a backend replaces the token', async () => {
      await store.put([browser('t', 'unproved')])
      await store.put([entry('a', 'native')])
      expect(await putOne(browser('thief', 'unproved'))).toBe('refused')
    })
    it('lets any browser have a row that was withdrawn, and only that one', async () => {
      await store.put([browser('t', 'unproved')])
      await store.withdraw(account, 'a')
      expect(await putOne(browser('next', 'unproved'))).toBe('replaced')
      expect(await putOne(browser('thief', 'unproved'))).toBe('refused')
    })
    it('lets a browser have a row whose own browser has not confirmed it for longer than the claim says', async () => {
      const claim = { idleDays: 30, always: false }
      const other = entry('a', 'other', { sender: 'unproved', claim })
      await store.put([browser('t', 'unproved')])
      now += 29 * day
      expect(await putOne(browser('t', 'unproved'))).toBe('unchanged')
      now += 30 * day
      expect(await putOne(other)).toBe('refused')
      now += day
      expect(await putOne(browser('other', 'unproved'))).toBe('refused')
      expect(await putOne(other)).toBe('replaced')
      expect((await store.counts(account)).events).toMatchObject({ takeover: 1, replaced: 1, refused: 2 })
    })
    it('lets the newest registration win without a key where the claim says so, and counts it', async () => {
      await store.put([browser('t', 'unproved')])
      const claim = { idleDays: 30, always: true }
      expect(await putOne(entry('a', 'newest', { sender: 'unproved', claim }))).toBe('replaced')
      expect(await putOne(entry('a', 'with the key', { sender: 'key', claim }))).toBe('replaced')
      expect((await store.counts(account)).events).toMatchObject({ takeover: 1, replaced: 2 })
    })
    it('does not take an endpoint for the identical subscription, where the type takes no keys', async () => {
      const shown = (auth: string): Partial<NewEntry> => ({ shownKeys: { p256dh: 'p', auth }, sender: 'unproved' })
      await store.put([entry('a', 'endpoint', shown('own'))])
      expect(await putOne(entry('a', 'endpoint', shown('stolen')))).toBe('refused')
      expect(await putOne(entry('a', 'endpoint', { sender: 'unproved' }))).toBe('refused')
      expect(await putOne(entry('a', 'endpoint', shown('own')))).toBe('unchanged')
      expect((await lease()).entries).toMatchObject([{ token: { type: 'fcm', id: 'endpoint' } }])
    })
    it('stores the day of a browser’s last confirmation, and writes it at most once a week', async () => {
      const confirmed = async () => (await store.counts(account)).confirmedOn
      const first = Math.floor(now / day)
      await store.put([browser('t', 'unproved'), entry('b')])
      expect(await confirmed()).toEqual({ [first]: 1 })
      now += 6 * day
      await store.put([browser('t', 'key')])
      expect(await confirmed()).toEqual({ [first]: 1 })
      now += day
      await store.put([browser('t', 'unproved')])
      await store.put([entry('a', 'of a backend')])
      expect(await confirmed()).toEqual({ [first + 7]: 1 })
      await store.put([browser('changed', 'key'), entry('c', 'c', { sender: 'ticket' })])
      expect(await confirmed()).toEqual({ [first + 7]: 2 })
      await store.withdraw(account, 'a')
      await store.erase(account, 'c')
      expect(await confirmed()).toEqual({})
    })
  })

  describe('capacity', () => {
    const unproved = (objectId: string, more: Partial<NewEntry> = {}): NewEntry =>
      entry(objectId, `token-of-${objectId}`, { sender: 'unproved', ...more })
    const defer = async (leased: Lease, dueInMs = 60_000): Promise<void> =>
      complete(leased, { kind: 'deferred', dueAt: now + dueInMs, error: { code: 530, message: 'not live' } })
    const queued = async () => (await store.counts(account)).queued

    beforeEach(async () => {
      await subject.end()
      await begin({ maxQueued: 2, maxUnproved: 2 })
    })

    it('is separate for senders with proof and for browsers without proof', async () => {
      await store.put([unproved('u1'), unproved('u2')])
      await store.put([entry('backend')])
      expect(await putOne(entry('ticket', 't', { sender: 'ticket' }))).toBe('queued')
      expect(await queued()).toEqual({ live: 2, unproved: 2, import: 0 })
      await expect(store.put([entry('more')])).rejects.toMatchObject({ code: 'full' })
      expect(await putOne(unproved('u3'))).toBe('full')
      expect(await store.find(account, 'u3')).toBeUndefined()
    })
    it('gives imports what live records leave free, and never makes live records wait for imports', async () => {
      const imported = (objectId: string): NewEntry => entry(objectId, 't', { priority: 'import' })
      await store.put([entry('backend'), imported('i1')])
      await expect(store.put([imported('i2')])).rejects.toMatchObject({ code: 'full' })
      await expect(store.put([entry('mixed'), imported('i2')])).rejects.toMatchObject({ code: 'full' })
      expect(await store.find(account, 'i2')).toBeUndefined()
      expect(await putOne(entry('second'))).toBe('queued')
      expect(await queued()).toEqual({ live: 2, unproved: 0, import: 1 })
      await complete(await lease(), { kind: 'accepted' })
      expect(await putOne(imported('i2'))).toBe('queued')
      await expect(store.put([imported('i3'), imported('i4')])).rejects.toMatchObject({ code: 'full' })
      expect((await store.counts('OTHER')).queued.import).toBe(0)
      await store.put([
        { ...imported('i3'), account: 'OTHER' },
        { ...imported('i4'), account: 'OTHER' },
      ])
    })
    it('takes a record that changes nothing, or replaces one that waits, although it is full', async () => {
      await store.put([unproved('u1'), unproved('u2')])
      expect(await putOne(unproved('u1'))).toBe('unchanged')
      expect(await putOne(entry('u2', 'changed', { sender: 'key' }))).toBe('replaced')
      expect(await queued()).toEqual({ live: 0, unproved: 2, import: 0 })
    })
    it('evicts the oldest deferred unproved record for a new one when their capacity is full', async () => {
      await store.put([unproved('old')])
      now += 1
      await store.put([unproved('young')])
      await defer(await lease())
      await store.put([entry('backend')])
      await defer(await lease())
      expect(await putOne(unproved('new'))).toBe('queued')
      expect(await store.find(account, 'old')).toBeUndefined()
      expect(await stateOf('young')).toBe('queued')
      expect(await stateOf('backend')).toBe('queued')
      expect(await queued()).toEqual({ live: 1, unproved: 2, import: 0 })
      const counts = await store.counts(account)
      expect(counts.events.evicted).toBe(1)
      expect(counts.confirmedOn).toEqual({ [Math.floor(now / day)]: 2 })
      expect(await putOne(unproved('old'))).toBe('queued')
      expect(await stateOf('young')).toBeUndefined()
      expect(await putOne(unproved('third'))).toBe('full')
    })
    it('lets as many give way as records come together', async () => {
      await store.put([unproved('u1'), unproved('u2')])
      await defer(await lease())
      const results = await Promise.all(['a', 'b', 'c'].map((objectId) => putOne(unproved(objectId))))
      expect(results.sort()).toEqual(['full', 'queued', 'queued'])
      expect(await queued()).toEqual({ live: 0, unproved: 2, import: 0 })
      expect((await store.counts(account)).events.evicted).toBe(2)
    })
    it('takes nothing from whoever is being uploaded', async () => {
      await store.put([unproved('u1'), unproved('u2')])
      await defer(await lease(), 0)
      expect(ids(await lease())).toEqual(['u1', 'u2'])
      await store.put([unproved('u3'), unproved('u4')])
      expect(await putOne(unproved('u5'))).toBe('full')
      expect(await stateOf('u1')).toBe('uploading')
    })
    it('counts a registration key as proof once CleverTap has accepted the record', async () => {
      await store.put([unproved('a')])
      await store.put([entry('a', 'second', { sender: 'key' })])
      expect(await queued()).toEqual({ live: 0, unproved: 1, import: 0 })
      await complete(await lease(), { kind: 'accepted' })
      await store.put([entry('a', 'third', { sender: 'key' })])
      expect(await queued()).toEqual({ live: 1, unproved: 0, import: 0 })
      await store.put([entry('a', 'fourth', { sender: 'key' })])
      expect(await queued()).toEqual({ live: 1, unproved: 0, import: 0 })
    })
    it('moves a record to the proved when a backend sends the same', async () => {
      await store.put([unproved('a')])
      await defer(await lease())
      expect(await putOne(entry('a'))).toBe('unchanged')
      expect(await queued()).toEqual({ live: 1, unproved: 0, import: 0 })
    })
    it('uploads new records before deferred unproved ones, and these before imports', async () => {
      await store.put([unproved('junk')])
      await defer(await lease(), 1000)
      await store.put([entry('i', 'ti', { priority: 'import' })])
      await store.put([unproved('visitor')])
      await store.put([entry('backend')])
      now += 1000
      expect(ids(await lease())).toEqual(['visitor', 'backend', 'junk', 'i'])
    })
  })

  describe('refused records', () => {
    const refuse = async (one: NewEntry): Promise<void> => {
      await store.put([one])
      await complete(await lease(), { kind: 'rejected', error: { code: 530, message: 'unknown' } })
    }

    it('keep no token of a sender without proof, so that nobody can send them again', async () => {
      await refuse(entry('a', 'stranger', { sender: 'unproved' }))
      await refuse(entry('b', 'backend'))
      expect(await store.rejected(account, { limit: 10 })).toMatchObject([
        { objectId: 'b', token: { id: 'backend' } },
        { objectId: 'a', token: null, error: { code: 530 } },
      ])
      expect(await store.retryRejected(account, { objectIds: ['a'] })).toBe(0)
      expect(await store.retryRejected(account, {})).toBe(1)
      expect(await stateOf('a')).toBe('rejected')
      now += day + 1
      expect(await putOne(entry('a', 'stranger', { sender: 'unproved' }))).toBe('queued')
    })
    it('are removed once they are old, or too many, the oldest first', async () => {
      await refuse(entry('a'))
      now += 1000
      await refuse(entry('b', 'b', { sender: 'unproved' }))
      await refuse(entry('c'))
      await refuse(entry('d'))
      expect(await store.discardRejected(account, { before: now, most: 100 })).toBe(1)
      expect(await store.find(account, 'a')).toBeUndefined()
      expect(await store.discardRejected(account, { before: now, most: 2 })).toBe(1)
      expect((await store.rejected(account, { limit: 10 })).map((row) => row.objectId)).toEqual(['d', 'c'])
      expect(await store.discardRejected(account, { before: now, most: 2 })).toBe(0)
      expect(await store.counts(account)).toMatchObject({
        rejected: 2,
        rejectedByCode: { 530: 2 },
        confirmedOn: {},
        events: { discarded: 2 },
      })
    })
  })

  describe('leases', () => {
    it('gives live rows before imported ones, the oldest first, no more than asked for, each once', async () => {
      await store.put([entry('i1', 'ti1', { priority: 'import' }), entry('i2', 'ti2', { priority: 'import' })])
      await store.put([entry('l1'), entry('l2')])
      expect(ids(await lease(3))).toEqual(['l1', 'l2', 'i1'])
      expect(ids(await lease(3))).toEqual(['i2'])
      expect(ids(await lease(3))).toEqual([])
      expect(await stateOf('i2')).toBe('uploading')
    })
    it('holds a part of a batch back until the oldest due row is old enough, and a full one not at all', async () => {
      await store.put([entry('a')])
      now += 400
      const ask = (max: number) => store.lease({ account, holder, max, flushMs: 1000 })
      expect(await ask(2)).toEqual({ waitMs: 600 })
      await store.put([entry('b')])
      expect(isLease(await ask(2))).toBe(true)
      await store.put([entry('c')])
      now += 1000
      expect(isLease(await ask(2))).toBe(true)
      expect(await ask(2)).toEqual({ waitMs: null })
    })
    it('gives several batches at once where they are asked for, and keeps what does not fill one', async () => {
      await store.put(['a', 'b', 'c', 'd', 'e'].map((name) => entry(name)))
      const ask = (batches: number) => store.lease({ account, holder, max: 2, batches, flushMs: 1000 })
      const first = await ask(5)
      expect(isLease(first) && ids(first)).toEqual(['a', 'b', 'c', 'd'])
      expect(await ask(5)).toEqual({ waitMs: 1000 })
      await complete(await lease(1), { kind: 'accepted' })
      await store.put(['f', 'g', 'h', 'i'].map((name) => entry(name)))
      now += 1000
      const second = await ask(1)
      expect(isLease(second) && ids(second)).toEqual(['f', 'g'])
    })
    it('puts a deferred row off until its time, and gives it at its old age then', async () => {
      await store.put([entry('a'), entry('b')])
      const leased = await lease(1)
      await complete(leased, { kind: 'deferred', dueAt: now + 60_000, error: { code: 530, message: 'not live' } })
      expect(await store.find(account, 'a')).toMatchObject({ state: 'queued', attempts: 1, error: { code: 530 } })
      expect(ids(await lease(1))).toEqual(['b'])
      expect(await store.lease({ account, holder, max: 1, flushMs: 0 })).toEqual({ waitMs: 60_000 })
      await store.put([entry('c')])
      now += 60_000
      const [again] = (await lease(1)).entries
      expect(again).toMatchObject({ objectId: 'a', attempts: 1, deferrals: 1, failures: 0 })
    })
    it.each([
      [true, 1],
      [false, 0],
    ])(
      'counts failures of whole requests apart from deferrals, and only where blamed is %s',
      async (blamed, failures) => {
        await store.put([entry('a')])
        await complete(await lease(), { kind: 'failed', dueAt: now + 10, blamed })
        expect(await stateOf('a')).toBe('queued')
        expect(ids(await lease())).toEqual([])
        now += 10
        expect((await lease()).entries).toMatchObject([{ attempts: 1, deferrals: 0, failures }])
      },
    )
    it('takes a row back at its old age and at no cost', async () => {
      await store.put([entry('a'), entry('b')])
      await complete(await lease(1), { kind: 'returned' })
      expect((await lease(2)).entries).toMatchObject([{ objectId: 'a', attempts: 0 }, { objectId: 'b' }])
    })
    it('does no harm when the clock jumps back: new and waiting rows are still due', async () => {
      await store.put([entry('a'), entry('b')])
      await complete(await lease(1), { kind: 'deferred', dueAt: now + 60_000, error: { code: 530, message: '' } })
      now -= 30 * 24 * 60 * 60 * 1000
      const leased = await store.lease({ account, holder, max: 100, flushMs: 1000 })
      expect(isLease(leased) && ids(leased)).toEqual(['a', 'b'])
    })
    it('keeps a row waiting for longer than a week where the caller knows of such waits', async () => {
      const day = 24 * 60 * 60 * 1000
      await store.put([entry('a')])
      await complete(await lease(1), { kind: 'deferred', dueAt: now + 30 * day, error: { code: 530, message: '' } })
      const leaseKnowing = (farthestDueMs: number) =>
        store.lease({ account, holder, max: 100, flushMs: 0, farthestDueMs })
      expect(isLease(await leaseKnowing(31 * day))).toBe(false)
      now += 30 * day
      const leased = await leaseKnowing(31 * day)
      expect(isLease(leased) && ids(leased)).toEqual(['a'])
    })
    it('gives nothing to a holder that it does not know', async () => {
      await store.put([entry('a')])
      expect(await store.lease({ account, holder: 'nobody', max: 1, flushMs: 0 })).toEqual({ waitMs: null })
      expect(await store.takeSlots({ account, holder: 'nobody', want: 1, limit: 3 })).toBe(0)
    })
  })

  describe('results', () => {
    it('keeps only what is still needed of an accepted row', async () => {
      await store.put([entry('a')])
      now += 5
      await complete(await lease(), { kind: 'accepted' })
      expect(await store.find(account, 'a')).toMatchObject({
        state: 'accepted',
        attempts: 1,
        settledAt: now,
        error: null,
      })
    })
    it('keeps code and text of a refused row', async () => {
      await store.put([entry('a')])
      await complete(await lease(), { kind: 'rejected', error: { code: 535, message: 'why' } })
      const row = await store.find(account, 'a')
      expect(row).toMatchObject({ state: 'rejected', error: { code: 535, message: 'why' }, settledAt: now })
    })
    it('does not complete a newer token with the result of the token that it replaced', async () => {
      await store.put([entry('a', 'old')])
      const leased = await lease()
      await store.put([entry('a', 'new')])
      await complete(leased, { kind: 'accepted' })
      expect(await stateOf('a')).toBe('queued')
      expect((await lease()).entries.map((one) => one.token.id)).toEqual(['new'])
    })
    it('does not send what comes after an erasure while the erased token is in flight', async () => {
      await store.put([entry('a', 'old')])
      const before = await lease()
      await store.erase(account, 'a')
      expect(await putOne(entry('a', 'new'))).toBe('queued')
      expect(ids(await lease())).toEqual([])
      await complete(before, { kind: 'accepted' })
      expect(await stateOf('a')).toBe('queued')
      expect((await lease()).entries.map((one) => one.token.id)).toEqual(['new'])
    })
    it.each(['accepted', 'returned'] as const)(
      'knows nobody whom it erased in flight, and forgets the rest once that is %s',
      async (kind) => {
        await store.put([entry('a', 'old', { sender: 'key', warnings: ['odd'] })])
        const before = await lease()
        expect(await store.erase(account, 'a')).toBe(true)
        expect(await store.find(account, 'a')).toBeUndefined()
        expect(await store.erase(account, 'a')).toBe(false)
        expect(await store.withdraw(account, 'a')).toBe(false)
        expect(await store.counts(account)).toMatchObject({ queued: { live: 0, import: 0 }, uploading: 0 })
        await complete(before, { kind })
        expect(await store.find(account, 'a')).toBeUndefined()
        expect(await store.counts(account)).toMatchObject({ queued: { live: 0 }, accepted: 0, oldestReceivedAt: null })
        expect(await putOne(entry('a', 'new', { sender: 'unproved' }))).toBe('queued')
        expect((await lease()).entries.map((one) => one.token.id)).toEqual(['new'])
      },
    )
    it('sends what comes after an erasure once the holder of the erased token is gone', async () => {
      await store.put([entry('a', 'old'), entry('b', 'old-of-b')])
      await lease()
      await store.erase(account, 'a')
      await store.erase(account, 'b')
      expect(await putOne(entry('a', 'new', { priority: 'import', replaceLive: false }))).toBe('queued')
      await store.takeOver([{ id: holder, heartbeat: 0 }])
      await store.join('holder-2', '{}')
      expect((await lease(100, 'holder-2')).entries.map((one) => one.token.id)).toEqual(['new'])
      expect(await store.find(account, 'b')).toBeUndefined()
    })
    it('does not send a replacement while the token that it replaces is in flight', async () => {
      await store.put([entry('a', 'old')])
      const leased = await lease()
      await store.put([entry('a', 'new')])
      expect(ids(await lease())).toEqual([])
      await complete(leased, { kind: 'failed', dueAt: now + 1_000_000, blamed: true })
      expect(ids(await lease())).toEqual(['a'])
    })
    it('ignores a result from a holder whose lease was taken away', async () => {
      await store.put([entry('a')])
      const leased = await lease()
      await store.takeOver([{ id: holder, heartbeat: 0 }])
      await store.join('holder-2', '{}')
      const second = await lease(1, 'holder-2')
      await complete(leased, { kind: 'accepted' })
      expect(await stateOf('a')).toBe('uploading')
      await complete(second, { kind: 'accepted' }, 'holder-2')
      expect(await stateOf('a')).toBe('accepted')
    })
    it('takes results of every kind in one call, and of two for one person the first', async () => {
      await store.put([entry('a'), entry('b', 'old'), entry('c'), entry('d'), entry('i', 't', { priority: 'import' })])
      const leased = await lease()
      await store.put([entry('b', 'new')])
      const outcomes: readonly [string, Outcome][] = [
        ['a', { kind: 'accepted' }],
        ['b', { kind: 'accepted' }],
        ['c', { kind: 'rejected', error: { code: 535, message: '' } }],
        ['c', { kind: 'accepted' }],
        ['a', { kind: 'returned' }],
        ['i', { kind: 'accepted' }],
        ['d', { kind: 'accepted' }],
      ]
      const generationOf = new Map(leased.entries.map((one) => [one.objectId, one.generation]))
      await store.complete(
        holder,
        outcomes.map(([objectId, outcome]) => {
          return { account, objectId, generation: generationOf.get(objectId) ?? -1, outcome }
        }),
      )
      const states = await Promise.all(['a', 'b', 'c', 'd', 'i'].map(stateOf))
      expect(states).toEqual(['accepted', 'queued', 'rejected', 'accepted', 'accepted'])
      expect(await store.counts(account)).toMatchObject({ accepted: 3, uploading: 0, queued: { live: 1, import: 0 } })
    })
    it('applies a result once only', async () => {
      await store.put([entry('a')])
      const leased = await lease()
      await complete(leased, { kind: 'accepted' })
      await complete(leased, { kind: 'rejected', error: { code: 1, message: '' } })
      expect(await stateOf('a')).toBe('accepted')
      expect((await store.counts(account)).events.rejected).toBe(0)
    })
    it('ignores a result that comes again while the token after it is being uploaded', async () => {
      await store.put([entry('a', 'old')])
      const first = await lease()
      await store.put([entry('a', 'new')])
      await complete(first, { kind: 'accepted' })
      const second = await lease()
      await complete(first, { kind: 'accepted' })
      expect(await stateOf('a')).toBe('uploading')
      await complete(second, { kind: 'accepted' })
      expect(await stateOf('a')).toBe('accepted')
    })
    it('waits for the token in flight, whatever else comes in for the one before it', async () => {
      await store.put([entry('a', 'old')])
      const first = await lease()
      await store.put([entry('a', 'new')])
      await complete(first, { kind: 'accepted' })
      const second = await lease()
      await store.put([entry('a', 'newest')])
      await complete(first, { kind: 'accepted' })
      expect(ids(await lease())).toEqual([])
      await complete(second, { kind: 'accepted' })
      expect((await lease()).entries.map((one) => one.token.id)).toEqual(['newest'])
    })
  })

  describe('withdrawal and erasure', () => {
    it('cancels a queued upload', async () => {
      await store.put([entry('a')])
      expect(await store.withdraw(account, 'a')).toBe(true)
      expect(ids(await lease())).toEqual([])
      expect(await stateOf('a')).toBe('withdrawn')
    })
    it('stays withdrawn when the result of an upload in flight comes in', async () => {
      await store.put([entry('a')])
      const leased = await lease()
      await store.withdraw(account, 'a')
      await complete(leased, { kind: 'accepted' })
      expect(await stateOf('a')).toBe('withdrawn')
    })
    it('queues the same token again after a withdrawal', async () => {
      await store.put([entry('a')])
      await store.withdraw(account, 'a')
      expect(await putOne(entry('a'))).toBe('queued')
      expect(ids(await lease())).toEqual(['a'])
    })
    it('says that there is nothing to withdraw or to erase', async () => {
      expect(await store.withdraw(account, 'nobody')).toBe(false)
      expect(await store.erase(account, 'nobody')).toBe(false)
    })
    it('erases a row so that it is not known any more, and a late result does not bring it back', async () => {
      await store.put([entry('a', 't', { sender: 'unproved' })])
      const leased = await lease()
      expect(await store.erase(account, 'a')).toBe(true)
      await complete(leased, { kind: 'accepted' })
      expect(await store.find(account, 'a')).toBeUndefined()
      expect(await putOne(entry('a', 'other', { sender: 'unproved' }))).toBe('queued')
    })
  })

  describe('holders and slots', () => {
    it('never grants more slots than the limit, over all holders', async () => {
      await store.join('holder-2', '{}')
      expect(await store.takeSlots({ account, holder, want: 2, limit: 3 })).toBe(2)
      expect(await store.takeSlots({ account, holder: 'holder-2', want: 3, limit: 3 })).toBe(1)
      expect(await store.takeSlots({ account, holder, want: 3, limit: 3 })).toBe(2)
      expect(await store.takeSlots({ account: 'OTHER', holder, want: 3, limit: 3 })).toBe(3)
      expect(await store.takeSlots({ account, holder, want: 0, limit: 3 })).toBe(0)
      expect(await store.takeSlots({ account, holder: 'holder-2', want: 3, limit: 3 })).toBe(3)
    })
    it('takes rows and slots from a holder without a heartbeat, and not from one that has sent one since', async () => {
      await store.put([entry('a')])
      await lease()
      await store.takeSlots({ account, holder, want: 3, limit: 3 })
      const [seen] = await store.holders()
      expect(await store.heartbeat(holder, '{"n":1}')).toBe(true)
      expect(await store.takeOver([{ id: holder, heartbeat: seen?.heartbeat ?? -1 }])).toBe(0)
      const [later] = await store.holders()
      expect(later).toEqual({ id: holder, heartbeat: (seen?.heartbeat ?? 0) + 1, report: '{"n":1}' })
      expect(await store.takeOver([{ id: holder, heartbeat: later?.heartbeat ?? -1 }])).toBe(1)
      expect(await store.heartbeat(holder, '{}')).toBe(false)
      await store.join('holder-2', '{}')
      expect(await store.takeSlots({ account, holder: 'holder-2', want: 3, limit: 3 })).toBe(3)
      expect(ids(await lease(1, 'holder-2'))).toEqual(['a'])
      expect((await store.counts(account)).events.expired).toBe(1)
    })
    it('gives everything back when a holder leaves', async () => {
      await store.put([entry('a', 'old'), entry('b')])
      await lease()
      await store.put([entry('a', 'new')])
      await store.takeSlots({ account, holder, want: 3, limit: 3 })
      await store.leave(holder)
      expect(await store.holders()).toEqual([])
      await store.join('holder-2', '{}')
      expect(await store.takeSlots({ account, holder: 'holder-2', want: 3, limit: 3 })).toBe(3)
      expect((await lease(9, 'holder-2')).entries.map((one) => one.token.id).sort()).toEqual(['new', 'token-of-b'])
    })
  })

  describe('what an operator sees', () => {
    it('counts rows by state and what has happened', async () => {
      await store.put([entry('a'), entry('b'), entry('c', 'tc', { priority: 'import' }), entry('d')])
      now += 1000
      await store.put([entry('e'), entry('e'), entry('e', 'newer')])
      const leased = await lease(2)
      const [first, second] = leased.entries
      if (!first || !second) throw new Error('two rows were due')
      await store.complete(holder, [
        { account, objectId: first.objectId, generation: first.generation, outcome: { kind: 'accepted' } },
        {
          account,
          objectId: second.objectId,
          generation: second.generation,
          outcome: { kind: 'rejected', error: { code: 532, message: '' } },
        },
      ])
      await store.withdraw(account, 'd')
      expect(await store.counts(account)).toMatchObject({
        queued: { live: 1, import: 1 },
        uploading: 0,
        accepted: 1,
        rejected: 1,
        withdrawn: 1,
        oldestReceivedAt: now - 1000,
        rejectedByCode: { 532: 1 },
        events: { queued: 5, replaced: 1, unchanged: 1, accepted: 1, rejected: 1, withdrawn: 1, failed: 0 },
      })
      await lease()
      expect(await store.counts(account)).toMatchObject({ queued: { live: 0, import: 0 }, uploading: 2 })
    })
    it('starts with zero counts', async () => {
      expect(await store.counts(account)).toMatchObject({ accepted: 0, oldestReceivedAt: null, rejectedByCode: {} })
      expect(await store.history(account, 0)).toEqual([])
      expect(await store.rejected(account, { limit: 10 })).toEqual([])
    })
    it('keeps what happened by the minute, for eight days', async () => {
      const start = now - (now % 60_000)
      expect(await counted(() => store.put([entry('a'), entry('b')]))).toEqual({ queued: 2 })
      now += 60_000
      await store.count(account, 'confirmed', 3)
      expect(await store.history(account, start)).toEqual([
        { at: start, events: { queued: 2 } },
        { at: start + 60_000, events: { confirmed: 3 } },
      ])
      expect(await store.history(account, start + 1)).toHaveLength(1)
      now += 9 * 24 * 60 * 60 * 1000
      await store.put([entry('c')])
      expect(await store.history(account, 0)).toHaveLength(1)
    })
    it('lists refused rows with their tokens, the latest first, by page and by code', async () => {
      for (const [objectId, code] of [
        ['a', 535],
        ['b', 530],
        ['c', 535],
      ] as const) {
        await store.put([entry(objectId)])
        await complete(await lease(), { kind: 'rejected', error: { code, message: objectId } })
      }
      const [first, second] = await store.rejected(account, { limit: 2 })
      expect([first?.objectId, second?.objectId]).toEqual(['c', 'b'])
      expect(first).toMatchObject({ token: fcm('token-of-c'), error: { code: 535, message: 'c' } })
      const rest = await store.rejected(account, { limit: 2, after: second?.cursor ?? 0 })
      expect(rest.map((row) => row.objectId)).toEqual(['a'])
      const of535 = await store.rejected(account, { limit: 9, code: 535 })
      expect(of535.map((row) => row.objectId)).toEqual(['c', 'a'])
    })
    it('lists accepted rows with the fingerprints of their tokens, each once, by page, of one account', async () => {
      const keys = { p256dh: 'key', auth: 'secret' }
      const web = entry('web', 't', { token: { type: 'chrome', id: 't', keys } })
      const odd = ['a', 'B', '_b', 'ü', '€', '😀', "'"]
      await store.put([...odd.map((id) => entry(id, `token-of-${id}`)), web, entry('a', 't', { account: 'OTHER' })])
      await complete(await lease(), { kind: 'accepted' })
      await store.put([entry('refused'), entry('left')])
      await complete(await lease(1), { kind: 'rejected', error: { code: 535, message: '' } })
      await store.put([entry('a', 'newer')])
      await store.withdraw(account, 'B')
      const found: AcceptedRow[] = []
      for (let after: string | undefined; ; after = found.at(-1)?.objectId) {
        const page = await store.accepted(account, { limit: 2, ...(after === undefined ? {} : { after }) })
        found.push(...page)
        if (page.length < 2) break
      }
      const expected = ['_b', 'ü', '€', '😀', "'"].map((objectId) => ({
        objectId,
        type: 'fcm',
        fingerprint: fingerprintOf({ token: fcm(`token-of-${objectId}`) }),
      }))
      expected.push({ objectId: 'web', type: 'chrome', fingerprint: fingerprintOf({ token: web.token }) })
      expect(found).toHaveLength(expected.length)
      expect(found).toEqual(expect.arrayContaining(expected))
    })
    it('queues refused rows anew: those that are named, those of a code, or all', async () => {
      await store.put([entry('a'), entry('b'), entry('c'), entry('d')])
      const leased = await lease()
      await store.complete(
        holder,
        leased.entries.map(({ objectId, generation }) => ({
          account,
          objectId,
          generation,
          outcome: { kind: 'rejected', error: { code: objectId === 'd' ? 530 : 535, message: '' } },
        })),
      )
      expect(await store.retryRejected(account, { objectIds: ['a', 'nobody'] })).toBe(1)
      expect(await store.retryRejected(account, { objectIds: ['b'], code: 530 })).toBe(0)
      expect(await store.retryRejected(account, { code: 535 })).toBe(2)
      expect(await store.retryRejected(account, {})).toBe(1)
      expect((await lease()).entries).toHaveLength(4)
      expect((await store.counts(account)).rejectedByCode).toEqual({})
    })
  })

  describe('the store itself', () => {
    it('makes a secret once and keeps it', async () => {
      const secret = await store.secret('registration')
      expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
      expect(await store.secret('registration')).toBe(secret)
      expect(await store.secret('other')).not.toBe(secret)
    })
    it('probe resolves while the store takes records', async () => {
      await expect(store.probe()).resolves.toBeUndefined()
    })
    it('accepts many concurrent calls', async () => {
      const results = await Promise.all(Array.from({ length: 40 }, (_, at) => store.put([entry(`o${at}`)])))
      expect(results.flat().every((one) => one.result === 'queued')).toBe(true)
      expect((await store.counts(account)).queued.live).toBe(40)
    })
    it('answers calls that come together as it would one after another', async () => {
      await store.put([entry('known'), entry('withdrawn'), entry('bound', 'first', { sender: 'key' })])
      await store.withdraw(account, 'withdrawn')
      const [, , , , , , refused, , browser] = await Promise.all([
        store.put([entry('z'), entry('a'), entry('m')]),
        store.put([entry('known')]),
        store.put([entry('new'), entry('known', 'newer')]),
        store.put([entry('twice', 'one')]),
        store.put([entry('twice', 'two')]),
        store.put([entry('within', 'one'), entry('within', 'two')]),
        store.put([entry('bound', 'other', { sender: 'unproved' })]),
        store.put([entry('withdrawn')]),
        store.put([entry('browser', 'b', { sender: 'unproved', warnings: ['odd'] })]),
        store.put([entry('z', 'z', { account: 'OTHER' })]),
      ])
      await store.put([
        entry('a', 'imported', { priority: 'import', replaceLive: false }),
        entry('i', 'i', { priority: 'import' }),
      ])
      expect([refused, browser]).toEqual([[{ result: 'refused' }], [{ result: 'queued' }]])
      expect(await putOne(entry('browser', 'other', { sender: 'unproved' }))).toBe('refused')
      expect(await store.find(account, 'browser')).toMatchObject({ warnings: ['odd'], receivedAt: now })
      const counts = await store.counts(account)
      expect(counts).toMatchObject({ queued: { live: 8, unproved: 2, import: 1 }, withdrawn: 0 })
      expect(counts.events).toMatchObject({ queued: 12, replaced: 3, unchanged: 2, refused: 2 })
      expect(await store.counts('OTHER')).toMatchObject({ queued: { live: 1, import: 0 } })
      const leased = (await lease()).entries
      expect(leased.slice(-1)).toMatchObject([{ objectId: 'i', priority: 'import' }])
      expect(leased.map(({ objectId }) => objectId).filter((name) => ['z', 'a', 'm'].includes(name))).toEqual([
        'z',
        'a',
        'm',
      ])
      expect(leased.find(({ objectId }) => objectId === 'twice')?.token.id).toBe('two')
      expect(leased.find(({ objectId }) => objectId === 'within')?.token.id).toBe('two')
    })
    it('keeps the queue limit among calls that come together', async () => {
      await beginWithCapacityFor(50)
      await store.put(Array.from({ length: 48 }, (_, at) => entry(`o${at}`)))
      const results = await Promise.allSettled([
        store.put([entry('a')]),
        store.put([entry('b'), entry('c')]),
        store.put([entry('d')]),
        store.put([entry('e')]),
        store.put([entry('i', 'i', { priority: 'import' })]),
      ])
      expect(results.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'rejected',
        'rejected',
      ])
      expect((await store.counts(account)).queued).toEqual({ live: 50, unproved: 0, import: 0 })
    })
    it('finishes what has begun before it closes, and refuses what comes after', async () => {
      const last = store.put([entry('last')])
      await store.close()
      await expect(last).resolves.toHaveLength(1)
      await expect(store.put([entry('late')])).rejects.toBeInstanceOf(StoreError)
      await expect(store.counts(account)).rejects.toMatchObject({ code: 'closed' })
    })
  })
}
