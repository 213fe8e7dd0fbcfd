import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { NewEntry, Store } from '../../../src/relay/store/port.ts'
import { loadSqlite, type SqlDatabase, type SqlRow } from '../../../src/relay/store/sqlite/driver.ts'
import { openSqliteStore } from '../../../src/relay/store/sqlite/store.ts'
import { mountSmallDisk, type SmallDisk, smallDiskTrouble } from '../../faults/small-disk.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const account = 'A'
const entry = (objectId: string, idLength = 200): NewEntry => ({
  account,
  objectId,
  token: { type: 'fcm', id: `token-of-${objectId}-`.padEnd(idLength, 'x') },
  priority: 'live',
  sender: 'trusted',
  replaceLive: true,
  warnings: [],
})
const { DatabaseSync } = await loadSqlite()

/** Whether a promise rejects as the port says; what it resolves to or else rejects with fails the test. */
const isUnavailable = (promise: Promise<unknown>): Promise<void> =>
  expect(promise).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' })

/** Every operation of the port that writes. */
const writes = (store: Store): readonly (readonly [string, () => Promise<unknown>])[] => [
  ['put', () => store.put([entry('more')])],
  ['withdraw', () => store.withdraw(account, 'a')],
  ['erase', () => store.erase(account, 'a')],
  ['join', () => store.join('another', '{}')],
  ['heartbeat', () => store.heartbeat('h', '{}')],
  ['takeSlots', () => store.takeSlots({ account, holder: 'h', want: 1, limit: 3 })],
  ['lease', () => store.lease({ account, holder: 'h', max: 10, flushMs: 0 })],
  ['count', () => store.count(account, 'confirmed', 1)],
  ['secret', () => store.secret('another')],
  ['probe', () => store.probe()],
]

const check = (file: string): void => {
  const database = new DatabaseSync(file)
  expect((database.prepare('PRAGMA integrity_check').get() as SqlRow).integrity_check).toBe('ok')
  database.close()
}

if (smallDiskTrouble !== undefined)
  test('a full disk and one that may not be written need a file system of their own', () => {
    if (process.env.CI) throw new Error(`this machine does not let tests mount one: ${smallDiskTrouble}`)
    console.warn(
      `left out: tests on a full disk, because this machine does not let them mount one (${smallDiskTrouble})`,
    )
  })
else
  describe('the outbox in SQLite on a disk', () => {
    let disk: SmallDisk
    let store: Store
    beforeEach(async () => {
      disk = mountSmallDisk(24)
      disk.fill(4 * 1024 * 1024)
      store = await openSqliteStore(disk.file('outbox.db'))
      await store.join('h', '{}')
    })
    afterEach(async () => {
      await store.close()
      disk.unmount()
    })

    /** Puts until the disk is full; the objectIds that were acknowledged. */
    const putUntilFull = async (): Promise<string[]> => {
      const acknowledged: string[] = []
      for (let round = 0; ; round++) {
        const ids = Array.from({ length: 20 }, (_, at) => `r${round}-${at}`)
        const results = await Promise.allSettled(ids.map((objectId) => store.put([entry(objectId, 1000)])))
        acknowledged.push(...ids.filter((_, at) => results[at]?.status === 'fulfilled'))
        const failed = results.find((result) => result.status === 'rejected')
        if (failed) {
          expect(failed.reason).toMatchObject({ name: 'StoreError', code: 'unavailable', message: 'the disk is full' })
          return acknowledged
        }
      }
    }
    const find = async (objectIds: readonly string[]): Promise<number> => {
      let found = 0
      for (const objectId of objectIds) if (await store.find(account, objectId)) found++
      return found
    }

    it('that is full to the last byte: what was acknowledged is there, and what was not taken is not', async () => {
      const acknowledged = await putUntilFull()
      disk.fill()
      expect(acknowledged.length).toBeGreaterThan(100)
      // A few may still fit in where the log can be written over from its beginning.
      const late = Array.from({ length: 200 }, (_, at) => `late-${at}`)
      const refused: string[] = []
      for (const objectId of late)
        await store.put([entry(objectId, 3000)]).then(
          () => acknowledged.push(objectId),
          (error: unknown) => {
            expect(error).toMatchObject({ name: 'StoreError', code: 'unavailable' })
            refused.push(objectId)
          },
        )
      expect(refused.length).toBeGreaterThan(100)
      expect(await find(acknowledged)).toBe(acknowledged.length)
      expect(await find(refused)).toBe(0)
      expect((await store.counts(account)).queued.live).toBe(acknowledged.length)
    })
    it('that is full rejects every write with unavailable, and reads go on', async () => {
      await store.put([entry('a')])
      disk.fill()
      // What still fits into the log is written, and that is right; then it is full.
      for (let at = 0; at < 2000; at++) if (await store.put([entry(`f${at}`, 4000)]).catch(() => true)) break
      for (const [name, write] of writes(store)) {
        const outcome = await write().then(
          () => 'done',
          (error: { name?: string; code?: string }) => `${error.name} ${error.code}`,
        )
        expect([name, outcome]).toEqual([name, expect.stringMatching(/^(done|StoreError unavailable)$/)])
      }
      expect(await store.find(account, 'a')).toSatisfy((row) => row === undefined || typeof row === 'object')
      await store.counts(account)
      await store.holders()
    })
    it('that has space again takes everything again, in the same process, undamaged', async () => {
      const acknowledged = await putUntilFull()
      disk.fill()
      for (let at = 0; at < 100; at++) await store.put([entry(`late-${at}`, 3000)]).catch(() => {})
      disk.free()
      for (const [name, write] of writes(store)) await expect(write(), name).resolves.not.toThrow()
      expect(await find(acknowledged)).toBe(acknowledged.length)
      await store.close()
      check(disk.file('outbox.db'))
    })
    it('that is full when a row is erased says that it cannot, and can when it is asked again', async () => {
      await store.put([entry('a', 1000)])
      await putUntilFull()
      disk.fill()
      const erased = await store.erase(account, 'a').catch((error: unknown) => error)
      if (erased !== true) expect(erased).toMatchObject({ name: 'StoreError', code: 'unavailable' })
      disk.free()
      await store.erase(account, 'a')
      expect(await store.find(account, 'a')).toBeUndefined()
    })
    it('that is full or may not be written keeps a store from opening, with an error that says so', async () => {
      await store.close()
      const other = disk.file('other.db')
      disk.fill()
      await expect(openSqliteStore(other)).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' })
      disk.free()
      const opened = await openSqliteStore(other)
      await opened.put([entry('a')])
      await opened.close()
    })
  })

describe('the outbox in a SQLite file that somebody else has locked', () => {
  const folder = temporaryFolder
  let directory: ReturnType<typeof temporaryFolder>
  let store: Store
  let other: SqlDatabase
  beforeEach(async () => {
    directory = folder()
    store = await openSqliteStore(directory.file('outbox.db'))
    await store.put([entry('a')])
    await store.join('h', '{}')
    other = new DatabaseSync(directory.file('outbox.db'))
  })
  afterEach(async () => {
    await store.close()
    other.close()
    directory.remove()
  })
  const lock = (): void => other.exec('BEGIN EXCLUSIVE')
  const unlock = (): void => other.exec('ROLLBACK')

  it('waits without holding anything else up, and goes on when the lock is gone', async () => {
    lock()
    let taken = false
    const put = store.put([entry('b')]).then(() => {
      taken = true
    })
    // Everything else in the process has its turn meanwhile.
    for (let turn = 0; turn < 1000; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(taken).toBe(false)
    expect(await store.find(account, 'a')).toMatchObject({ state: 'queued' })
    unlock()
    await put
    expect(await store.find(account, 'b')).toMatchObject({ state: 'queued' })
  })
  it('rejects with unavailable after a few seconds, and takes records again when the lock is gone', async () => {
    lock()
    let ticks = 0
    const ticking = setInterval(() => ticks++, 10)
    await Promise.all(writes(store).map(([, write]) => isUnavailable(write())))
    clearInterval(ticking)
    expect(ticks).toBeGreaterThan(50)
    unlock()
    for (const [, write] of writes(store)) await write()
  })
  it('rejects what waits, and not more, when it is closed', async () => {
    lock()
    const put = store.put([entry('b')])
    const closed = store.close()
    await isUnavailable(put)
    await closed
    unlock()
  })
})
