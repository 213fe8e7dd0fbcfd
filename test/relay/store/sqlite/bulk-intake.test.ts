import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryStore } from '../../../../src/relay/store/memory/store.ts'
import type { Bulk, NewEntry, Store } from '../../../../src/relay/store/port.ts'
import { rowsInserted } from '../../../../src/relay/store/sqlite/statements.ts'
import { openSqliteStore } from '../../../../src/relay/store/sqlite/store.ts'
import { newBulk, putBulk } from '../../../support/new-bulk.ts'
import { account, newEntry } from '../../../support/new-entry.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

let clock = 1_800_000_000_000
const now = (): number => clock

let folder: ReturnType<typeof temporaryFolder>
let store: Store
const open = (name = 'outbox.db'): Promise<Store> => openSqliteStore(folder.file(name), { now })

/** More than one statement takes. */
const some = rowsInserted + 1
const many = (from: string, count = some): NewEntry[] =>
  Array.from({ length: count }, (_, n) => newEntry(`${from}${n}`))
const put = (entries: readonly NewEntry[], more: Partial<Bulk> = {}): Promise<string[]> =>
  putBulk(store, newBulk(entries, more))

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
    const chrome = newEntry('web', 'id', {
      token: { type: 'chrome', id: 'id', keys: { p256dh: 'p', auth: 'a' } },
      warnings: ['odd', 'very odd'],
    })
    await put([...many('p'), chrome])
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
    await put(many('p'))
    const again = [...many('p', 3), newEntry('live', 'other'), newEntry('gone'), newEntry('new', 'other')]
    expect(await put([...many('q'), ...again, newEntry('q0', 'later')])).toEqual([
      ...many('q').map(() => 'queued'),
      ...again.map(() => 'unchanged'),
      'unchanged',
    ])
    const replacing = [newEntry('live', 'other'), newEntry('r0', 'a'), newEntry('r0', 'b')]
    const replaced = await put([...many('r'), ...replacing], { replaceLive: true })
    expect(replaced.slice(some)).toEqual(['replaced', 'replaced', 'replaced'])
  })

  it('queues refused records again: the same token after a day, another one at once', async () => {
    await put(many('p'))
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
    const again = [newEntry('p0'), newEntry('p1', 'another')]
    expect((await put([...many('q'), ...again])).slice(some)).toEqual(['unchanged', 'replaced'])
    clock += 25 * 60 * 60 * 1000
    const later = await put([...many('r'), ...again, newEntry('p2')])
    expect(later.slice(some)).toEqual(['queued', 'unchanged', 'queued'])
  })

  it('answers and counts as the store in memory does, in any mixture with live records and erasures', async () => {
    const objectId = fc.integer({ min: 0, max: 90 }).map((n) => `p${n}`)
    const token = fc.integer({ min: 0, max: 120 }).map((n) => `t${n}`)
    const step = fc.oneof(
      fc.record({
        bulk: fc.array(fc.tuple(objectId, token), { minLength: 1, maxLength: 80 }),
      }),
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
          else if ('bulk' in each) {
            const bulk = newBulk(each.bulk.map(([who, what]) => newEntry(who, what)))
            expect(await real.putBulk(bulk)).toEqual(await reference.putBulk(bulk))
          } else {
            const entries = each.live.map(([who, what]) => newEntry(who, what))
            expect(await real.put(entries)).toEqual(await reference.put(entries))
          }
        }
        // What is put last in this test makes all that waits be looked at.
        await real.put([newEntry('p0', 'the last')])
        await reference.put([newEntry('p0', 'the last')])
        await vi.waitFor(async () => expect(await real.counts(account)).toEqual(await reference.counts(account)))
        await real.close()
      }),
      { numRuns: 40 },
    )
  })
})
