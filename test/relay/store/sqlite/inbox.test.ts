import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { NewEntry, Store } from '../../../../src/relay/store/port.ts'
import { loadSqlite, type SqlDatabase, type SqlRow } from '../../../../src/relay/store/sqlite/driver.ts'
import { openSqliteStore } from '../../../../src/relay/store/sqlite/store.ts'
import { eventually } from '../../../support/eventually.ts'
import { account, newEntry as entry } from '../../../support/new-entry.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `p${String(n).padStart(4, '0')}`)
const { DatabaseSync } = await loadSqlite()

/** Two processes on one file, and a look at its tables past both of them. */
let folder: ReturnType<typeof temporaryFolder>
let one: Store
let other: Store
let file: SqlDatabase
let now = 0
const open = (): Promise<Store> => openSqliteStore(folder.file('outbox.db'), { now: () => now })
const rows = (table: 'inbox' | 'token'): number =>
  Number((file.prepare(`SELECT count(*) AS n FROM ${table}`).get() as SqlRow).n)
const inInbox = (name: string): boolean =>
  JSON.stringify(file.prepare('SELECT records FROM inbox').all()).includes(name)
const lease = async (store: Store, max = 100): Promise<string[]> => {
  const leased = await store.lease({ account, holder: 'h', max, flushMs: 0 })
  return 'entries' in leased ? leased.entries.map(({ objectId }) => objectId) : []
}
/**
 * Lets a merge write a slice, and not its last one. Looks once in each turn of the event loop, because a merge takes at least one
 * turn for each slice, however fast the disk is.
 */
const untilHalfDone = async (): Promise<void> => {
  while (rows('token') === 0) {
    vi.advanceTimersByTime(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
/** Lets the quiet time pass after which a merge begins, and waits for its end. */
const untilApplied = (): Promise<void> =>
  eventually(() => {
    vi.advanceTimersByTime(1_000)
    expect(rows('inbox')).toBe(0)
  })

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  now = 1_800_000_000_000
  folder = temporaryFolder()
  one = await open()
  other = await open()
  await one.join('h', '{}')
  file = new DatabaseSync(folder.file('outbox.db'))
})
afterEach(async () => {
  vi.useRealTimers()
  file.close()
  await one.close()
  await other.close()
  folder.remove()
})

describe('a record of a backend', () => {
  it('is acknowledged from the inbox, and applied after a moment', async () => {
    for (const name of names(3)) expect(await one.put([entry(name)])).toEqual([{ result: 'queued' }])
    expect([rows('inbox'), rows('token')]).toEqual([3, 0])
    await untilApplied()
    expect(rows('token')).toBe(3)
  })
  it('is seen by every process before it is applied: look-ups, counts and the age of the oldest', async () => {
    await one.put([{ ...entry('a'), warnings: ['odd'] }])
    const status = { objectId: 'a', state: 'queued', attempts: 0, error: null, settledAt: null, warnings: ['odd'] }
    expect(await one.find(account, 'a')).toMatchObject(status)
    expect(await other.find(account, 'a')).toMatchObject(status)
    expect(rows('inbox')).toBe(1)
    expect(await other.counts(account)).toMatchObject({ queued: { live: 1 }, oldestReceivedAt: now })
  })
  it('is shown as what it will make of the row that is there', async () => {
    await one.put([entry('same'), entry('other')])
    for (const _ of await lease(one)) now++
    expect(rows('inbox')).toBe(0)
    await one.put([entry('same'), entry('other', 'newer'), entry('other', 'newest')])
    expect(rows('inbox')).toBe(1)
    expect(await other.find(account, 'same')).toMatchObject({ state: 'uploading' })
    expect(await other.find(account, 'other')).toMatchObject({ state: 'queued', receivedAt: now })
  })
  it('counts against the queue limit before it is applied', async () => {
    const small = await openSqliteStore(folder.file('small.db'), { maxQueued: 3 })
    await small.put([entry('a'), entry('b')])
    await expect(small.put([entry('c'), entry('d')])).rejects.toMatchObject({ code: 'full' })
    await small.put([entry('c')])
    await small.close()
  })
  it('is there after a process was killed that had only just acknowledged it', async () => {
    await one.put([entry('a')])
    // What a killed process leaves: the files as they are.
    const heir = await open()
    expect(await heir.find(account, 'a')).toMatchObject({ state: 'queued' })
    expect(await lease(heir)).toEqual(['a'])
    await heir.close()
  })
  it('is not remembered when its commit did not come about', async () => {
    file.exec("CREATE TRIGGER no_more BEFORE INSERT ON inbox BEGIN SELECT raise(ABORT, 'not now'); END")
    await expect(one.put([entry('a')])).rejects.toMatchObject({ code: 'unavailable' })
    file.exec('DROP TRIGGER no_more')
    expect(await one.find(account, 'a')).toBeUndefined()
    expect((await one.counts(account)).queued.live).toBe(0)
  })
  it('is uploaded in the order of age, whichever process took it in', async () => {
    await one.put([entry('a')])
    await other.put([entry('b')])
    await one.put([entry('a', 'newer')])
    await one.put([entry('c')])
    expect(await lease(one)).toEqual(['b', 'a', 'c'])
  })
  it('brings every character back from the inbox as it was', async () => {
    const odd = ['"a"', "b'", 'c\\', '{e,f}', 'null', 'ü€😀', '\\u0000']
    const keys = { p256dh: 'p', auth: 'a' }
    await one.put(odd.map((text) => entry(text, `${text}token`, { warnings: [text] })))
    await one.put([entry('web', 'id', { token: { type: 'chrome', id: 'id', keys } })])
    const leased = await other.lease({ account, holder: 'h', max: 100, flushMs: 0 })
    expect('entries' in leased && leased.entries.map(({ objectId, token }) => ({ objectId, token }))).toEqual([
      ...odd.map((text) => ({ objectId: text, token: { type: 'fcm', id: `${text}token` } })),
      { objectId: 'web', token: { type: 'chrome', id: 'id', keys } },
    ])
  })
})

describe('who has to know what becomes of a record', () => {
  const browser = (objectId: string, id: string): NewEntry => entry(objectId, id, { sender: 'unproved' })

  it('a browser is answered by what its backend has sent just before', async () => {
    await one.put([entry('a', 't')])
    expect(await other.put([browser('a', 't')])).toEqual([{ result: 'unchanged' }])
    expect(await one.put([browser('a', 'thief')])).toEqual([{ result: 'refused' }])
  })
  it('a browser is answered in the same commit as its backend', async () => {
    const [, answer] = await Promise.all([one.put([entry('a', 't')]), one.put([browser('a', 't')])])
    expect(answer).toEqual([{ result: 'unchanged' }])
  })
  it('an import leaves a record alone that is not applied yet', async () => {
    await one.put([entry('a', 'live')])
    const imported = entry('a', 'imported', { priority: 'import', replaceLive: false })
    expect(await other.put([imported, { ...imported, objectId: 'b' }])).toEqual([
      { result: 'unchanged' },
      { result: 'queued' },
    ])
  })
  it('a withdrawal and an erasure are for the record too that another process has just accepted', async () => {
    await one.put([entry('a'), entry('b')])
    expect(await other.withdraw(account, 'a')).toBe(true)
    expect(await other.erase(account, 'b')).toBe(true)
    expect(await one.find(account, 'a')).toMatchObject({ state: 'withdrawn' })
    expect(await one.find(account, 'b')).toBeUndefined()
    expect(await lease(one)).toEqual([])
  })
  it('each waits where the inbox is large, and is then right', async () => {
    const many = names(3_000)
    await one.put(many.map((name) => entry(name)))
    const [withdrawn, erased, answer] = await Promise.all([
      one.withdraw(account, 'p0000'),
      other.erase(account, 'p0001'),
      one.put([browser('p2999', 'mine')]),
    ])
    expect([withdrawn, erased, answer]).toEqual([true, true, [{ result: 'replaced' }]])
    expect(await one.counts(account)).toMatchObject({
      queued: { live: 2_997, unproved: 1 },
      withdrawn: 1,
      events: { queued: 3_000, replaced: 1, withdrawn: 1, erased: 1 },
    })
  })
  it('an erasure leaves no byte of the profile in the files, also while a merge is half done', async () => {
    const many = names(3_000)
    await one.put(many.map((name) => entry(name)))
    await one.put([entry('p0000', 'a-newer-token')])
    const hold = (text: string): boolean =>
      readdirSync(folder.path).some((name) => readFileSync(folder.file(name)).includes(text))
    await untilHalfDone()
    const { position } = file.prepare('SELECT position FROM merge').get() as SqlRow
    const [, last = ''] = String(position).split(' ')
    expect(many).toContain(last)
    expect(await Promise.all([one.erase(account, 'p0000'), other.erase(account, last)])).toEqual([true, true])
    expect(inInbox('p0000')).toBe(false)
    expect(hold('token-of-p0000') || hold('a-newer-token') || hold('p0000') || hold(last)).toBe(false)
    expect(hold('token-of-p0001')).toBe(true)
  })
})

describe('a merge', () => {
  const numbers = async (store: Store) => {
    const { queued, events } = await store.counts(account)
    return { ...queued, queued: events.queued, replaced: events.replaced, unchanged: events.unchanged }
  }
  /** Accepts more than one slice applies, with some that replace others and some that change nothing. */
  const fill = async (): Promise<void> => {
    await one.put(names(3_000).map((name) => entry(name)))
    await one.put(names(500).map((name) => entry(name, `newer-${name}`)))
    await one.put(names(500).map((name) => entry(name, `newer-${name}`)))
  }
  const whole = { live: 3_000, unproved: 0, import: 0, queued: 3_000, replaced: 500, unchanged: 500 }

  it('that was cut off is continued by the next process, and nothing counts twice', async () => {
    await fill()
    await untilHalfDone()
    await one.close()
    expect(rows('token')).toBeLessThan(3_000)
    expect(rows('inbox')).toBe(3)
    one = await open()
    await untilApplied()
    expect(await numbers(one)).toEqual(whole)
    expect((await lease(one, 1)).length).toBe(1)
  })
  it('that was applied but not ended is ended by the next process', async () => {
    await one.put(names(3).map((name) => entry(name)))
    await untilApplied()
    await one.put(names(3).map((name) => entry(name)))
    await Promise.all([one.close(), other.close()])
    // As a process leaves it that dies between its last records and the end of the merge.
    file.exec("UPDATE merge SET upto = (SELECT max(seq) + 2 FROM inbox), position = '\uffff', applied = 3")
    expect(rows('inbox')).toBe(1)
    one = await open()
    await untilApplied()
    expect(rows('token')).toBe(3)
  })
  it('is shared by two processes that know only part of it, and nothing counts twice', async () => {
    await fill()
    await untilHalfDone()
    // The other process meets the merge half done, continues it, and accepts more meanwhile.
    await Promise.all([other.put([entry('of-other')]), other.withdraw(account, 'p2999'), one.put([entry('of-one')])])
    await untilApplied()
    expect(await numbers(other)).toEqual({ ...whole, live: 3_001, queued: 3_002 })
    expect(await one.counts(account)).toEqual(await other.counts(account))
    expect(await one.find(account, 'p0000')).toMatchObject({ state: 'queued' })
    const tokens = await one.lease({ account, holder: 'h', max: 5_000, flushMs: 0 })
    const idOf = (objectId: string) =>
      'entries' in tokens ? tokens.entries.find((found) => found.objectId === objectId)?.token.id : undefined
    expect([idOf('p0000'), idOf('p2998')]).toEqual(['newer-p0000', 'token-of-p2998'])
  })
  it('of ten thousand records, taken in by two processes while it runs, applies each once', async () => {
    // In no order: 7,919 is a prime.
    const many = names(10_000).map((_, at, all) => all[(at * 7_919) % all.length] ?? '')
    for (let from = 0; from < many.length; from += 1_000) {
      await (from % 2_000 === 0 ? one : other).put(many.slice(from, from + 1_000).map((name) => entry(name)))
      if (from === 5_000) await untilHalfDone()
    }
    await untilApplied()
    expect(await numbers(other)).toEqual({ ...whole, live: 10_000, queued: 10_000, replaced: 0, unchanged: 0 })
    expect(rows('token')).toBe(10_000)
  })
  it('does not apply a record over a newer one that a browser has sent meanwhile', async () => {
    await fill()
    await untilHalfDone()
    expect(await other.put([entry('p2999', 'of its browser', { sender: 'ticket' })])).toEqual([{ result: 'replaced' }])
    await untilApplied()
    const leased = await one.lease({ account, holder: 'h', max: 5_000, flushMs: 0 })
    expect('entries' in leased && leased.entries.find(({ objectId }) => objectId === 'p2999')?.token.id).toBe(
      'of its browser',
    )
  })
  it('keeps up with what comes, once 100,000 records wait', async () => {
    const many = names(104_000)
    for (let at = 0; at < many.length; at += 1_000) await one.put(many.slice(at, at + 1_000).map((name) => entry(name)))
    expect(rows('token')).toBeGreaterThanOrEqual(many.length - 101_000)
    expect((await one.counts(account)).queued.live).toBe(many.length)
  })
  it('goes on after a slice that could not be written', async () => {
    await fill()
    file.exec("CREATE TRIGGER no_more BEFORE INSERT ON token BEGIN SELECT raise(ABORT, 'not now'); END")
    await expect(other.withdraw(account, 'p0000')).rejects.toMatchObject({ code: 'unavailable' })
    expect(await one.counts(account)).toMatchObject({ queued: { live: 4_000 }, events: { queued: 0 } })
    file.exec('DROP TRIGGER no_more')
    await untilApplied()
    expect(await numbers(one)).toEqual(whole)
  })
})

it.each([1, 2, 3, 4, 5, 6])(
  'refuses a file of schema %i, which was never released, and leaves it as it is',
  async (schema) => {
    const old = folder.file('old.db')
    const database = new DatabaseSync(old)
    database.exec(`CREATE TABLE kept (n INTEGER); PRAGMA user_version = ${schema}`)
    await expect(openSqliteStore(old)).rejects.toThrow(`schema ${schema}, from before the first release`)
    expect(database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toEqual([{ name: 'kept' }])
    database.close()
  },
)
