import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryStore } from '../../../../src/relay/store/memory/store.ts'
import type { Store } from '../../../../src/relay/store/port.ts'
import { loadSqlite, type SqlDatabase } from '../../../../src/relay/store/sqlite/driver.ts'
import { createPersonIndex, type Persons } from '../../../../src/relay/store/sqlite/persons.ts'
import { prepareStatements, type Statements } from '../../../../src/relay/store/sqlite/statements.ts'
import { openSqliteStore } from '../../../../src/relay/store/sqlite/store.ts'
import { createTransactions } from '../../../../src/relay/store/sqlite/transactions.ts'
import { newBulk } from '../../../support/new-bulk.ts'
import { account, newEntry } from '../../../support/new-entry.ts'
import { memoryFolder, type TemporaryFolder } from '../../../support/temporary-folder.ts'

const { DatabaseSync } = await loadSqlite()

let folder: TemporaryFolder
beforeEach(() => {
  folder = memoryFolder()
})
afterEach(() => {
  vi.useRealTimers()
  folder.remove()
})

describe('the persons that a process knows', () => {
  let database: SqlDatabase
  let sql: Statements
  /** Another process on the file. */
  let other: SqlDatabase
  let index: ReturnType<typeof createPersonIndex>

  const add = (to: SqlDatabase, ...names: string[]): void => {
    const insert =
      to.prepare(`INSERT INTO token (account, object_id, type, state, lane, seq, generation, keyed, attempts,
      deferrals, failures, received_at, ready_at, due_at, fingerprint) VALUES (1, ?, '', 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, x'')`)
    for (const name of names) insert.run(name)
  }
  const idOf = (name: string): number =>
    Number((database.prepare('SELECT id FROM token WHERE object_id = ?').get(name) as { id: number }).id)
  const people = (count: number): string[] => Array.from({ length: count }, (_, n) => `p${n}`)
  /** Those who may have a row, as one transaction finds it. */
  const known = ({ mayHave }: Persons, ...names: string[]): string[] => names.filter((name) => mayHave(1, name))
  const look = (...names: string[]): string[] => {
    const { persons, keep } = index.begin(sql)
    const found = known(persons, ...names)
    keep()
    return found
  }
  /** Reads what is left, as at rest. Returns how many transactions had something to read. */
  const readAll = (): number => {
    for (let times = 0; ; times++) {
      const { persons, keep } = index.begin(sql)
      const isMore = persons.readMore()
      keep()
      if (!isMore) return times
    }
  }

  beforeEach(async () => {
    const store = await openSqliteStore(folder.file('outbox.db'))
    await store.count(account, 'queued', 0)
    await store.close()
    database = new DatabaseSync(folder.file('outbox.db'))
    sql = prepareStatements(database)
    other = new DatabaseSync(folder.file('outbox.db'))
    index = createPersonIndex()
  })
  afterEach(() => {
    database.close()
    other.close()
  })

  it('are those with a row, whichever process wrote it', () => {
    expect(look('a', 'b')).toEqual([])
    add(other, 'a')
    expect(look('a', 'b')).toEqual(['a'])
    add(database, 'b')
    expect(look('a', 'b', 'c')).toEqual(['a', 'b'])
  })
  it('are all people until every row is read, which no transaction does alone', () => {
    add(other, ...people(10_000))
    expect(look('p9999', 'stranger')).toEqual(['p9999', 'stranger'])
    expect(readAll()).toBeGreaterThan(1)
    expect(look(...people(10_000)).length).toBe(10_000)
    expect(look(...people(100).map((name) => `strange-${name}`)).length).toBeLessThan(10)
  })
  it('are not read before somebody was looked for', () => {
    add(other, ...people(10_000))
    expect(readAll()).toBe(0)
    look('p1')
    expect(readAll()).toBeGreaterThan(1)
  })
  it('are in a transaction also those whom it has given a row itself', () => {
    const { persons } = index.begin(sql)
    expect(known(persons, 'a', 'b')).toEqual([])
    add(database, 'a')
    persons.add(1, 'a')
    expect(known(persons, 'a', 'b')).toEqual(['a'])
  })
  it('are read again when the transaction that read them did not come about', () => {
    look('a')
    database.exec('BEGIN')
    add(database, 'a')
    expect(known(index.begin(sql).persons, 'a')).toEqual(['a'])
    database.exec('ROLLBACK')
    // Under the same id.
    add(other, 'b')
    expect(look('b', 'c')).toEqual(['b'])
  })
  it('are found when SQLite gives an id again, which this process or another has made free', () => {
    add(other, 'a', 'b')
    expect(look('b')).toEqual(['b'])

    database.exec('BEGIN')
    const { persons, keep } = index.begin(sql)
    const id = idOf('b')
    database.prepare('DELETE FROM token WHERE id = ?').run(id)
    persons.erased(id)
    database.exec('COMMIT')
    keep()
    add(other, 'c')
    expect(idOf('c')).toBe(id)
    expect(look('c', 'd')).toEqual(['c'])

    database.prepare('DELETE FROM token WHERE id = ?').run(id)
    // As the other process notes it.
    prepareStatements(other).noteErasedLast.run(id)
    add(other, 'd', 'e')
    expect(idOf('d')).toBe(id)
    expect(look('d', 'e', 'f')).toEqual(['d', 'e'])
  })
  it('stay known when the newest row is erased, and are all read again only when another process has erased it', () => {
    add(other, ...people(10_000))
    look('p0')
    readAll()
    const { persons, keep } = index.begin(sql)
    database.prepare('DELETE FROM token WHERE id = ?').run(10_000)
    persons.erased(10_000)
    keep()
    expect(look('p0', 'stranger')).toEqual(['p0'])

    database.prepare('DELETE FROM token WHERE id = ?').run(9_999)
    prepareStatements(other).noteErasedLast.run(9_999)
    expect(look('p0', 'stranger')).toEqual(['p0', 'stranger'])
    readAll()
    expect(look('p0', 'stranger')).toEqual(['p0'])
  })
})

it('what was learned through a connection goes with it: the next one may open another file', async () => {
  const files: string[] = []
  for (const name of ['first', 'second']) {
    files.push(folder.file(`${name}.db`))
    const store = await openSqliteStore(folder.file(`${name}.db`))
    await store.put(Array.from({ length: 60 }, (_, n) => newEntry(`${name}${n}`)))
    await store.close()
  }
  const transactions = createTransactions(() => {
    const database = new DatabaseSync(files.shift() ?? '')
    return { database, sql: prepareStatements(database), assertCurrent: () => {} }
  }, Date.now)
  const look = (...names: string[]): Promise<string[]> =>
    transactions.write(({ persons }) => names.filter((name) => persons.mayHave(1, name)))
  expect(await look('first1', 'second1')).toEqual(['first1'])
  const broken = transactions.write(() => {
    throw Object.assign(new Error('the disk is gone'), { errcode: 10 })
  })
  await expect(broken).rejects.toThrow()
  expect(await look('first1', 'second1')).toEqual(['second1'])
  await transactions.close()
})

describe('two processes on one file', () => {
  let one: Store
  let two: Store
  beforeEach(async () => {
    one = await openSqliteStore(folder.file('outbox.db'))
    two = await openSqliteStore(folder.file('outbox.db'))
  })
  afterEach(async () => {
    await one.close()
    await two.close()
  })
  const put = async (store: Store, name: string): Promise<unknown> => (await store.put([newEntry(name)]))[0]?.result
  const many = (from: string, count: number) => Array.from({ length: count }, (_, n) => newEntry(`${from}${n}`))

  it('know everybody whom the other has imported, at once and when all is read', async () => {
    expect(await put(one, 'a')).toBe('queued')
    await two.putBulk(newBulk(many('imported', 3_000)))
    expect(await put(one, 'imported2999')).toBe('unchanged')
    expect(await put(one, 'imported3000')).toBe('queued')
    for (let n = 0; n < 3_000; n += 100) expect(await put(one, `imported${n}`)).toBe('unchanged')
  })
  it('know everybody who came at the same moment, whichever way', async () => {
    const results = await Promise.all([
      put(one, 'first'),
      one.put(many('batch', 60)),
      one.putBulk(newBulk(many('bulk', 60))),
      put(one, 'batch59'),
      put(one, 'bulk59'),
      put(one, 'last'),
    ])
    expect([results[3], results[4], results[5]]).toEqual(['unchanged', 'unchanged', 'queued'])
  })
  it('know whom the other took in after it erased the newest', async () => {
    await one.put(many('p', 60))
    expect(await put(one, 'p59')).toBe('unchanged')
    expect(await two.erase(account, 'p59')).toBe(true)
    expect(await two.put(many('q', 60))).toHaveLength(60)
    for (const { objectId } of many('q', 60)) expect(await put(one, objectId)).toBe('unchanged')
    expect(await put(one, 'p59')).toBe('queued')
  })
})

it('answers stay those of the store in memory, whatever two processes put, import, move, and erase, in turns', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const person = fc.integer({ min: 0, max: 12 }).map((n) => `p${n}`)
  const step = fc.record({
    who: fc.constantFrom(0, 1),
    act: fc.oneof(
      { weight: 4, arbitrary: fc.record({ put: fc.array(person, { minLength: 1, maxLength: 4 }) }) },
      { weight: 3, arbitrary: fc.record({ erase: person }) },
      { weight: 1, arbitrary: fc.record({ bulk: fc.uniqueArray(person, { minLength: 1, maxLength: 4 }) }) },
      { weight: 1, arbitrary: fc.constant('lease' as const) },
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const name = folder.file(`${Math.random()}.db`)
      const reference = createMemoryStore({ maxQueued: 10 })
      const stores = [await openSqliteStore(name, { maxQueued: 10 }), await openSqliteStore(name, { maxQueued: 10 })]
      await stores[0]?.join('h', '{}')
      const codeOf = ({ code }: { code?: unknown }): unknown => code
      for (const { who, act } of steps) {
        const store = stores[who] as Store
        // A lease that gives nothing moves all rows to their place.
        if (act === 'lease') await store.lease({ account, holder: 'h', max: 100, flushMs: 1e9 })
        else if ('erase' in act)
          expect(await store.erase(account, act.erase)).toBe(await reference.erase(account, act.erase))
        else if ('bulk' in act) {
          const bulk = newBulk(act.bulk.map((objectId) => newEntry(objectId)))
          expect(await store.putBulk(bulk)).toEqual(await reference.putBulk(bulk))
        } else {
          // Some are refused because the queue is full, and roll back what they were gathered with.
          const results = await Promise.all(act.put.map((one) => store.put([newEntry(one)]).catch(codeOf)))
          for (const [at, one] of act.put.entries())
            expect(results[at]).toEqual(await reference.put([newEntry(one)]).catch(codeOf))
        }
      }
      // Nobody has another's token, so that nothing is counted later.
      const { oldestReceivedAt: _, ...counts } = await reference.counts(account)
      expect(await stores[0]?.counts(account)).toMatchObject(counts)
      for (const store of stores) await store.close()
    }),
    { numRuns: 150 },
  )
})
