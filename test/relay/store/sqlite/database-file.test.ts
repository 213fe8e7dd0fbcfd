import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../../src/relay/store/port.ts'
import { loadSqlite } from '../../../../src/relay/store/sqlite/driver.ts'
import { openSqliteStore } from '../../../../src/relay/store/sqlite/store.ts'
import { account, newEntry } from '../../../support/new-entry.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const { DatabaseSync } = await loadSqlite()
let folder: ReturnType<typeof temporaryFolder>
let store: Store
const ends = ['', '-wal', '-shm']
const path = (end: string): string => folder.file(`outbox.db${end}`)
const away = (end: string): string => folder.file(`away.db${end}`)

const renameAway = (): void => {
  for (const end of ends) renameSync(path(end), away(end))
}

/** A database whose schema the store refuses. */
const unreleased = (): string => {
  const name = folder.file('unreleased.db')
  const database = new DatabaseSync(name)
  database.exec('PRAGMA user_version = 1')
  database.close()
  return name
}

beforeEach(async () => {
  folder = temporaryFolder()
  store = await openSqliteStore(path(''))
  await store.put([newEntry('before')])
})
afterEach(async () => {
  await store.close()
  folder.remove()
})

describe('a database file that leaves its path under a running store', () => {
  it.each([
    ['removed', () => rmSync(path(''))],
    ['moved away with its log', () => renameAway()],
  ])('is noticed before the next acknowledgement when it was %s, and not made anew', async (_, leave) => {
    leave()
    for (const ask of [() => store.put([newEntry('after')]), () => store.probe(), () => store.find(account, 'before')])
      await expect(ask()).rejects.toMatchObject({
        code: 'unavailable',
        message: 'the database file is no longer at its path: put it back, or restart the relay',
      })
  })
  it('is taken into use again, with all that was acknowledged, when it is back', async () => {
    renameAway()
    await expect(store.put([newEntry('lost?')])).rejects.toMatchObject({ code: 'unavailable' })
    for (const end of ends) if (existsSync(away(end))) renameSync(away(end), path(end))
    await store.put([newEntry('after')])
    for (const objectId of ['before', 'after'])
      expect(await store.find(account, objectId)).toMatchObject({ objectId, state: 'queued' })
  })
  it('is left for another file that took its path, in which the next record then is', async () => {
    const other = await openSqliteStore(folder.file('other.db'))
    await other.close()
    copyFileSync(folder.file('other.db'), folder.file('copy.db'))
    renameSync(folder.file('copy.db'), path(''))
    await store.put([newEntry('after')]).catch(() => store.put([newEntry('after')]))
    const reader = await openSqliteStore(path(''))
    expect(await reader.find(account, 'after')).toMatchObject({ state: 'queued' })
    await reader.close()
  })
})

describe('a path that names something else by mistake', () => {
  it.each([
    ['a folder', (name: string) => mkdirSync(name)],
    ['a file that is no database', (name: string) => writeFileSync(name, 'somebody else reads this file\n'.repeat(99))],
    ['a database from before the first release', (name: string) => copyFileSync(unreleased(), name)],
  ])('a path that is no database keeps its mode: %s', async (_, make) => {
    const other = folder.file('other')
    make(other)
    chmodSync(other, 0o755)
    await expect(openSqliteStore(other)).rejects.toMatchObject({ name: 'StoreError' })
    expect(statSync(other).mode & 0o777).toBe(0o755)
  })
})

describe('damage in the database file', () => {
  /** Overwrites the root of the index by objectId, as a failing disk may. */
  const damage = async (): Promise<void> => {
    await store.find(account, 'before')
    await store.close()
    const database = new DatabaseSync(path(''))
    const index = database.prepare("SELECT rootpage FROM sqlite_master WHERE name = 'token_person'").get()
    database.close()
    const { rootpage } = index as { rootpage: number }
    writeFileSync(path(''), readFileSync(path('')).fill(0xff, (rootpage - 1) * 4096, rootpage * 4096))
    store = await openSqliteStore(path(''))
  }
  const damaged = { code: 'unavailable', message: expect.stringMatching(/^the database file is damaged: .*backup$/) }

  it('fails the probe once an operation has met it, though the page that the probe writes is sound', async () => {
    await damage()
    await store.probe()
    await expect(store.withdraw(account, 'before')).rejects.toMatchObject(damaged)
    await expect(store.probe()).rejects.toMatchObject(damaged)
  })
  it('is forgotten once another file is at the path', async () => {
    await damage()
    await expect(store.withdraw(account, 'before')).rejects.toMatchObject(damaged)
    const other = await openSqliteStore(folder.file('other.db'))
    await other.close()
    copyFileSync(folder.file('other.db'), folder.file('copy.db'))
    renameSync(folder.file('copy.db'), path(''))
    await store.withdraw(account, 'before').catch(() => {})
    await store.probe()
  })
})

describe('the log beside the database', () => {
  const modeOf = (end: string): string => (statSync(path(end)).mode & 0o777).toString(8)

  it('is copied into the database, and cut off, before a store that opens gives its first answer', async () => {
    await store.put([newEntry('unsynced')])
    for (const end of ends) copyFileSync(path(end), folder.file(`crashed.db${end}`))
    rmSync(folder.file('crashed.db-shm'))
    expect(statSync(folder.file('crashed.db-wal')).size).toBeGreaterThan(0)
    const heir = await openSqliteStore(folder.file('crashed.db'))
    expect(statSync(folder.file('crashed.db-wal')).size).toBe(0)
    expect(await heir.find(account, 'unsynced')).toMatchObject({ state: 'queued' })
    await heir.close()
  })
  it('grows while a reader holds it open, and is small again after that', async () => {
    const reader = new DatabaseSync(path(''))
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM token').get()
    for (let call = 0; call < 12; call++)
      await store.put(
        Array.from({ length: 500 }, (_, at) => newEntry(`${call}-${at}`, `${call}-${at}-`.padEnd(4_000, 'x'))),
      )
    const { wal = 0 } = (await store.bytes?.()) ?? {}
    expect(wal).toBeGreaterThan(20 * 1024 * 1024)
    reader.exec('COMMIT')
    reader.close()
    for (let call = 0; call < 10; call++) await store.put([newEntry(`after-${call}`)])
    expect((await store.bytes?.())?.wal).toBeLessThanOrEqual(16 * 1024 * 1024)
  })
  it('says how large it is, and how large the database', async () => {
    expect(await store.bytes?.()).toEqual({ database: statSync(path('')).size, wal: statSync(path('-wal')).size })
  })
  describe('of another file', () => {
    /** Opens the store anew, which counts up, as a relay does each minute, and puts a record. */
    const life = async (objectId: string): Promise<void> => {
      const relay = await openSqliteStore(path(''))
      await relay.put([newEntry(objectId)])
      await relay.close()
    }
    /** Copies the file and its log, as a crash leaves them. */
    const crashTo = (name: string, from = 'outbox.db'): void => {
      for (const end of ['', '-wal']) copyFileSync(folder.file(from + end), folder.file(name + end))
    }
    const refusal = {
      code: 'foreign-log',
      message: expect.stringMatching(
        /restored\.db-wal is not the log of .*restored\.db: after restoring a backup remove it/,
      ),
    }

    it('is refused beside a backup, which stays as it was, and is not missed once it is gone', async () => {
      await store.close()
      for (const end of ['', '-wal']) rmSync(folder.file(`restored.db${end}`), { force: true })
      copyFileSync(path(''), folder.file('restored.db'))
      for (const day of ['monday', 'tuesday', 'wednesday']) await life(day)
      store = await openSqliteStore(path(''))
      await store.put([newEntry('thursday')])
      copyFileSync(path('-wal'), folder.file('restored.db-wal'))
      const before = readFileSync(folder.file('restored.db'))
      await expect(openSqliteStore(folder.file('restored.db'))).rejects.toMatchObject(refusal)
      expect(readFileSync(folder.file('restored.db'))).toEqual(before)
      rmSync(folder.file('restored.db-wal'))
      const restored = await openSqliteStore(folder.file('restored.db'))
      expect(await restored.find(account, 'before')).toMatchObject({ state: 'queued' })
      await restored.close()
    })
    it('is refused beside a newer file', async () => {
      crashTo('old.db')
      await store.close()
      for (const day of ['monday', 'tuesday', 'wednesday']) await life(day)
      store = await openSqliteStore(path(''))
      copyFileSync(path(''), folder.file('restored.db'))
      copyFileSync(folder.file('old.db-wal'), folder.file('restored.db-wal'))
      await expect(openSqliteStore(folder.file('restored.db'))).rejects.toMatchObject(refusal)
    })
    it('is never taken for that of a file whose relay crashes again and again', async () => {
      for (let crash = 0; crash < 5; crash++) {
        await store.put([newEntry(`crash-${crash}`)])
        crashTo(`crash-${crash}.db`, crash === 0 ? 'outbox.db' : `crash-${crash - 1}.db`)
        await store.close()
        store = await openSqliteStore(folder.file(`crash-${crash}.db`))
        expect(await store.find(account, `crash-${crash}`)).toMatchObject({ state: 'queued' })
      }
    })
  })
  it('can be written by its owner after a start on a database that was read-only', async () => {
    await store.close()
    chmodSync(path(''), 0o400)
    // SQLite gives its files the mode of the database. A user other than root is refused before that.
    store = await openSqliteStore(path(''))
    await store.put([newEntry('after')])
    expect([modeOf('-wal'), modeOf('-shm')]).toEqual(['600', '600'])
  })
  it('can be written after an earlier start has left it read-only', async () => {
    await store.close()
    // A copy, because the driver keeps the shared memory of a closed store mapped until its statements are collected.
    const copy = folder.file('copy.db')
    copyFileSync(path(''), copy)
    writeFileSync(`${copy}-shm`, '', { mode: 0o400 })
    store = await openSqliteStore(copy)
    await store.put([newEntry('after')])
    expect((statSync(`${copy}-shm`).mode & 0o777).toString(8)).toBe('600')
  })
})
