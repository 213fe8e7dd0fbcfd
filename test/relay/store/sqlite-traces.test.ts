import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/relay/store/port.ts'
import { openSqliteStore } from '../../../src/relay/store/sqlite/store.ts'
import { newEntry as entry } from '../../support/new-entry.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('the files of a SQLite store', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let store: Store
  beforeEach(async () => {
    folder = temporaryFolder()
    store = await openSqliteStore(folder.file('outbox.db'))
  })
  afterEach(async () => {
    await store.close()
    folder.remove()
  })
  /** Whether a text stands anywhere in them: the database, its log, its index of the log. */
  const hold = (text: string): boolean =>
    readdirSync(folder.path).some((name) => readFileSync(folder.file(name)).includes(text))

  it('are for their owner alone, also where they existed with other permissions or a link leads to them', async () => {
    const modes = (): readonly string[] =>
      readdirSync(folder.path).map((name) => `${name} ${(statSync(folder.file(name)).mode & 0o777).toString(8)}`)
    await store.put([entry('a', 'token')])
    expect(modes()).toEqual(['outbox.db 600', 'outbox.db-shm 600', 'outbox.db-wal 600'])
    await store.close()
    chmodSync(folder.file('outbox.db'), 0o660)
    store = await openSqliteStore(folder.file('outbox.db'))
    await store.put([entry('b', 'another token')])
    expect(modes()).toEqual(['outbox.db 600', 'outbox.db-shm 600', 'outbox.db-wal 600'])
    await store.close()
    symlinkSync(folder.file('missing.db'), folder.file('link.db'))
    store = await openSqliteStore(folder.file('link.db'))
    expect(modes()).toContain('missing.db 600')
  })

  it('hold no byte of an erased person, while the relay runs', async () => {
    await store.put([entry('person-to-erase', 'token-to-erase'), entry('person-to-keep', 'token-to-keep')])
    await store.put([entry('person-to-erase', 'another-token-to-erase')])
    expect(hold('person-to-erase') && hold('token-to-erase')).toBe(true)
    await store.erase('ACC', 'person-to-erase')
    expect(hold('person-to-erase')).toBe(false)
    expect(hold('token-to-erase')).toBe(false)
    expect(hold('token-to-keep')).toBe(true)
  })

  it('hold no byte of an erased person whose record was applied last, while the relay runs and once it is closed', async () => {
    await store.put([entry('the last person')])
    await store.counts('ACC')
    expect(hold('the last person')).toBe(true)
    await store.erase('ACC', 'the last person')
    expect(hold('the last person')).toBe(false)
    await store.close()
    expect(hold('the last person')).toBe(false)
  })

  it('hold the ID alone of a person who is erased in flight, and nothing once the upload is over and the store is closed', async () => {
    await store.put([entry('person-in-flight', 'token-in-flight')])
    await store.join('h', '{}')
    const batch = await store.lease({ account: 'ACC', holder: 'h', max: 1, flushMs: 0 })
    const { generation = 0 } = ('entries' in batch ? batch.entries[0] : undefined) ?? {}
    await store.erase('ACC', 'person-in-flight')
    expect([hold('person-in-flight'), hold('token-in-flight')]).toEqual([true, false])
    const outcome = { kind: 'accepted' } as const
    await store.complete('h', [{ account: 'ACC', objectId: 'person-in-flight', generation, outcome }])
    await store.close()
    expect(hold('person-in-flight')).toBe(false)
  })

  it('hold no token that is accepted or withdrawn, once the store is closed', async () => {
    await store.put([entry('a', 'accepted-token'), entry('b', 'withdrawn-token'), entry('c', 'queued-token')])
    await store.join('h', '{}')
    const batch = await store.lease({ account: 'ACC', holder: 'h', max: 1, flushMs: 0 })
    const [leased] = 'entries' in batch ? batch.entries : []
    const { objectId = '', generation = 0 } = leased ?? {}
    await store.complete('h', [{ account: 'ACC', objectId, generation, outcome: { kind: 'accepted' } }])
    await store.withdraw('ACC', 'b')
    expect(objectId).toBe('a')
    await store.close()
    expect(hold('accepted-token')).toBe(false)
    expect(hold('withdrawn-token')).toBe(false)
    expect(hold('queued-token')).toBe(true)
  })
})
