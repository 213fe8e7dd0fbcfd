import { copyFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryStore } from '../../../../src/relay/outbox/memory.ts'
import { fewestInBulk } from '../../../../src/relay/outbox/sqlite/bulk.ts'
import { loadSqlite, type SqlDatabase, type SqlRow } from '../../../../src/relay/outbox/sqlite/driver.ts'
import { enteredAtOnce, mostUnenteredAlone } from '../../../../src/relay/outbox/sqlite/marks.ts'
import { openSqliteStore } from '../../../../src/relay/outbox/sqlite.ts'
import type { NewEntry, Store } from '../../../../src/relay/outbox/store.ts'
import { account, newEntry } from '../../../support/new-entry.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const { DatabaseSync } = await loadSqlite()
let clock = 1_800_000_000_000
const now = (): number => clock

let folder: ReturnType<typeof temporaryFolder>
let store: Store
const open = (name = 'outbox.db'): Promise<Store> => openSqliteStore(folder.file(name), { now })
const one = (query: string, name = 'outbox.db'): number => {
  const file: SqlDatabase = new DatabaseSync(folder.file(name))
  const row = file.prepare(query).get() as SqlRow
  file.close()
  return Number(row.n)
}
const entered = (name?: string): number => one('SELECT count(*) AS n FROM mark', name)
const missing = (name?: string): number =>
  one(
    'SELECT count(*) AS n FROM token WHERE NOT EXISTS (SELECT 1 FROM mark WHERE mark = token.mark AND token = token.id)',
    name,
  )

const imported = (objectId: string, id?: string, more: Partial<NewEntry> = {}): NewEntry =>
  newEntry(objectId, id, { lane: 'import', replaceLive: false, ...more })
const many = (from: string, count = fewestInBulk): NewEntry[] =>
  Array.from({ length: count }, (_, n) => imported(`${from}${n}`))

beforeEach(async () => {
  folder = temporaryFolder()
  store = await open()
})
afterEach(async () => {
  vi.useRealTimers()
  await store.close()
  folder.remove()
})

describe('an import of many rows', () => {
  it('keeps everything about each of them', async () => {
    const chrome = imported('web', 'id', {
      token: { type: 'chrome', id: 'id', keys: { p256dh: 'p', auth: 'a' } },
      warnings: ['odd', 'very odd'],
    })
    await store.put([...many('p'), chrome])
    expect(await store.find(account, 'web')).toMatchObject({ type: 'chrome', warnings: ['odd', 'very odd'] })
    await store.join('h', '{}')
    const leased = await store.lease({ account, holder: 'h', max: 100, flushMs: 0 })
    expect('entries' in leased && leased.entries.map(({ objectId, token }) => [objectId, token])).toEqual(
      [...many('p'), chrome].map(({ objectId, token }) => [objectId, token]),
    )
  })

  it('is told of each row what became of it, whatever stood there', async () => {
    await store.put([newEntry('live'), newEntry('new', 'waits unindexed')])
    await store.put([newEntry('gone')])
    await store.withdraw(account, 'gone')
    await store.put(many('p'))
    const again = [...many('p', 3), imported('live', 'other'), imported('gone'), imported('new', 'other')]
    const results = await store.put([...many('q'), ...again, imported('q0', 'later')])
    expect(results.map(({ result }) => result)).toEqual([
      ...many('q').map(() => 'queued'),
      ...again.map(() => 'unchanged'),
      'unchanged',
    ])
    const replacing = (objectId: string, id: string): NewEntry => imported(objectId, id, { replaceLive: true })
    const filling = many('r').map((entry) => ({ ...entry, replaceLive: true }))
    const replaced = await store.put([
      ...filling,
      replacing('live', 'other'),
      replacing('r0', 'a'),
      replacing('r0', 'b'),
    ])
    expect(replaced.slice(fewestInBulk).map(({ result }) => result)).toEqual(['replaced', 'replaced', 'replaced'])
  })

  it('queues refused records again: the same token after a day, another one at once', async () => {
    await store.put(many('p'))
    await store.join('h', '{}')
    const leased = await store.lease({ account, holder: 'h', max: 3, flushMs: 0 })
    const error = { code: 526, message: 'no such profile' }
    if (!('entries' in leased)) throw new Error('nothing is due')
    await store.settle(
      'h',
      leased.entries.map(({ objectId, generation }) => ({
        account,
        objectId,
        generation,
        outcome: { kind: 'rejected', error },
      })),
    )
    const again = [imported('p0'), imported('p1', 'another')]
    const resultsOf = async (entries: readonly NewEntry[]): Promise<string[]> =>
      (await store.put(entries)).slice(fewestInBulk).map(({ result }) => result)
    expect(await resultsOf([...many('q'), ...again])).toEqual(['unchanged', 'replaced'])
    clock += 25 * 60 * 60 * 1000
    expect(await resultsOf([...many('r'), ...again, imported('p2')])).toEqual(['queued', 'unchanged', 'queued'])
  })

  it('answers and counts as the store in memory does, in any mixture with live records and erasures', async () => {
    const objectId = fc.integer({ min: 0, max: 90 }).map((n) => `p${n}`)
    const token = fc.integer({ min: 0, max: 120 }).map((n) => `t${n}`)
    const step = fc.oneof(
      fc.record({ bulk: fc.array(fc.tuple(objectId, token), { minLength: fewestInBulk, maxLength: 80 }) }),
      fc.record({ live: fc.array(fc.tuple(objectId, token), { minLength: 1, maxLength: 3 }) }),
      fc.record({ erase: objectId }),
      fc.constant('reopen' as const),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        const name = `${Math.random()}.db`
        const reference = createMemoryStore({ now })
        let real = await open(name)
        for (const each of steps) {
          if (each === 'reopen') {
            await real.close()
            real = await open(name)
          } else if ('erase' in each)
            expect(await real.erase(account, each.erase)).toBe(await reference.erase(account, each.erase))
          else {
            const entries =
              'bulk' in each
                ? each.bulk.map(([who, what]) => imported(who, what))
                : each.live.map(([who, what]) => newEntry(who, what))
            expect(await real.put(entries)).toEqual(await reference.put(entries))
          }
        }
        // What is put last in this test makes all that waits be looked at.
        await real.put([newEntry('p0', 'the last')])
        await reference.put([newEntry('p0', 'the last')])
        await vi.waitFor(async () => expect(await real.counts(account)).toEqual(await reference.counts(account)))
        await real.close()
        expect(missing(name)).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})

describe('the marks of imported rows', () => {
  it('are entered many at a time, at the latest when the import closes its store', async () => {
    // The store's own idle time, in which it would enter them too, does not come.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await store.close()
    store = await open()
    const half = Math.ceil(mostUnenteredAlone / 2) + 1
    await store.put(many('a', half))
    expect(entered()).toBe(0)
    await store.put(many('b', half))
    expect(entered()).toBe(2 * half)
    await store.put(many('c', half))
    expect(entered()).toBe(2 * half)
    // A relay that is there does not wait for so many.
    await store.join('relay', '{}')
    await store.put(many('d'))
    expect(entered()).toBe(3 * half + fewestInBulk)
    await store.put(many('e'))
    expect(entered()).toBe(3 * half + fewestInBulk)
    await store.close()
    expect([entered(), missing()]).toEqual([3 * half + 2 * fewestInBulk, 0])
    vi.useRealTimers()
    store = await open()
  })

  it('are entered by the next process when the import was killed, and moves are counted then', async () => {
    await store.put([newEntry('first', 'shared')])
    // More than anybody but an import enters at once.
    await store.put([...many('a', 2 * enteredAtOnce), imported('second', 'shared')])
    // As a killed process leaves them.
    for (const end of ['', '-wal']) copyFileSync(folder.file(`outbox.db${end}`), folder.file(`copy.db${end}`))
    expect(missing('copy.db')).toBeGreaterThan(0)
    const next = await open('copy.db')
    await vi.waitFor(() => expect(missing('copy.db')).toBe(0), 5_000)
    expect((await next.counts(account)).events.moved).toBe(1)
    await next.close()
  })

  it('are entered before a row gets another token, so that who had it before is still found', async () => {
    await store.put([...many('a'), imported('first', 'shared'), imported('second', 'shared')])
    await store.put([newEntry('first', 'another')])
    expect((await store.counts(account)).events.moved).toBe(1)
    expect(missing()).toBe(0)
  })

  it('are never missed when SQLite gives an id again', async () => {
    await store.put([...many('a'), imported('keeps', 'shared')])
    for (const last of ['keeps', `a${fewestInBulk - 1}`, `a${fewestInBulk - 2}`]) await store.erase(account, last)
    await store.put([imported('x', 'shared')])
    await store.put([imported('y', 'shared')])
    expect((await store.counts(account)).events.moved).toBe(1)
    expect(missing()).toBe(0)
  })
})
