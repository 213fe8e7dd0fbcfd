import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from '../../src/relay/store/errors.ts'
import type { Store } from '../../src/relay/store/port.ts'
import { openPostgresStore } from '../../src/relay/store/postgres/store.ts'
import { eventually } from '../support/eventually.ts'
import { account, newEntry as entry } from '../support/new-entry.ts'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.ts'
import { type PostgresServer, startPostgres } from '../support/start-postgres.ts'

const holder = 'holder-1'

/** A server that may be stopped, crashed and cut off; always one of the test's own. */
describe('the outbox in PostgreSQL, when the database fails', () => {
  let server: PostgresServer
  let admin: pg.Pool
  let url: string
  let store: Store
  let databases = 0
  beforeAll(async () => {
    server = await startPostgres()
    admin = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres', max: 1 })
    admin.on('error', () => {})
  })
  afterAll(async () => {
    await admin.end()
    await server.end()
  })
  beforeEach(async () => {
    const name = `faults_${++databases}`
    await admin.query(`CREATE DATABASE ${name}`)
    // A default that would lose what was acknowledged, if the store did not say what it relies on.
    await admin.query(`ALTER DATABASE ${name} SET synchronous_commit = off`)
    url = `postgres://postgres@127.0.0.1:${server.port}/${name}`
    store = await openPostgresStore(url)
    await store.join(holder, '{}')
  })
  afterEach(() => store.close())

  /** Puts one record after another until told to stop, and keeps account of what was acknowledged and what refused. */
  const startWriters = (writers: number) => {
    const acknowledged = new Set<string>()
    const refusals: unknown[] = []
    let stopped = false
    const write = async (writer: number): Promise<void> => {
      for (let at = 0; !stopped; at++) {
        const objectId = `o${writer}-${at}`
        try {
          await store.put([entry(objectId)])
          acknowledged.add(objectId)
        } catch (error) {
          refusals.push(error)
          // A refusal that is not even tried comes at once; let others have a turn.
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
    }
    const running = Array.from({ length: writers }, (_, writer) => write(writer))
    return {
      acknowledged,
      refusals,
      stop: async () => {
        stopped = true
        await Promise.all(running)
      },
    }
  }
  const until = (condition: () => boolean): Promise<void> => eventually(() => expect(condition()).toBe(true))
  const expectAllThere = async (acknowledged: ReadonlySet<string>): Promise<void> => {
    const client = new pg.Client(url)
    await client.connect()
    await store.counts(account) // what is pending is applied
    const { rows } = await client.query(
      'SELECT object_id FROM pushferry.queue UNION ALL SELECT object_id FROM pushferry.settled',
    )
    await client.end()
    const found = new Set(rows.map((row) => row.object_id))
    expect([...acknowledged].filter((objectId) => !found.has(objectId))).toEqual([])
  }
  const expectUnavailable = (refusals: readonly unknown[]): void => {
    for (const error of refusals) expect(error).toMatchObject({ name: 'StoreError', code: 'unavailable' })
  }

  it.each(['INT', 'QUIT'] as const)(
    'keeps all that it acknowledged when the server is ended by SIG%s and started again, and goes on by itself',
    async (signal) => {
      const writers = startWriters(8)
      await until(() => writers.acknowledged.size > 200)
      await server.stop(signal)
      await until(() => writers.refusals.length > 0)
      await expect(store.probe()).rejects.toMatchObject({ code: 'unavailable', cause: expect.anything() })
      await expect(store.counts(account)).rejects.toBeInstanceOf(StoreError)
      await server.start()
      const before = writers.acknowledged.size
      await until(() => writers.acknowledged.size > before + 100)
      await writers.stop()
      await store.probe()
      expectUnavailable(writers.refusals)
      await expectAllThere(writers.acknowledged)
    },
  )

  it('closes while the database is away, and while it waits to hear of work', async () => {
    const listening = await openPostgresStore(url)
    listening.onWork(() => {})
    await server.stop()
    await expect(listening.probe()).rejects.toMatchObject({ code: 'unavailable' })
    await listening.close()
    await expect(listening.probe()).rejects.toMatchObject({ code: 'closed' })
    await expect(openPostgresStore(url)).rejects.toMatchObject({ code: 'unavailable' })
    await server.start()
  })

  const killAll = (): Promise<unknown> =>
    admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      new URL(url).pathname.slice(1),
    ])

  it('keeps all that it acknowledged while its connections are killed again and again', async () => {
    const writers = startWriters(8)
    for (let kill = 1; kill <= 15; kill++) {
      const before = writers.acknowledged.size
      await until(() => writers.acknowledged.size > before + 20)
      await killAll()
    }
    await writers.stop()
    expectUnavailable(writers.refusals)
    await expectAllThere(writers.acknowledged)
  })
  it('answers at the first try after all its connections were killed', async () => {
    for (let round = 0; round < 30; round++) {
      await Promise.all(Array.from({ length: 5 }, () => store.counts(account)))
      await Promise.all([store.put([entry(`o${round}`)]), store.find(account, `o${round}`)])
      await killAll()
      await expect(store.counts(account)).resolves.toMatchObject({ queued: { live: round + 1 } })
    }
  })
  it('leaves no row leased without a holder when connections are killed during lease and complete', async () => {
    const total = 150
    await store.put(Array.from({ length: total }, (_, at) => entry(`o${at}`)))
    const kills: Promise<unknown>[] = []
    let asked = 0
    /** Until it is done, as the uploader does. Every third time it loses its connection meanwhile. */
    const insist = async <T>(ask: () => Promise<T>): Promise<T> => {
      for (;;) {
        const answer = ask()
        if (++asked % 3 === 0) kills.push(killAll())
        try {
          return await answer
        } catch (error) {
          expect(error).toMatchObject({ code: 'unavailable' })
        }
      }
    }
    const accepted: string[] = []
    const upload = async (): Promise<void> => {
      while (accepted.length < total) {
        const leased = await insist(() => store.lease({ account, holder, max: 5, flushMs: 0 }))
        if (!('entries' in leased)) continue
        accepted.push(...leased.entries.map(({ objectId }) => objectId))
        const completions = leased.entries.map(({ objectId, generation }) => ({
          account,
          objectId,
          generation,
          outcome: { kind: 'accepted' } as const,
        }))
        await insist(() => store.complete(holder, completions))
      }
    }
    await Promise.all([upload(), upload()])
    await Promise.all(kills)
    expect(kills.length).toBeGreaterThan(10)
    expect(new Set(accepted).size).toBe(total)
    expect(accepted).toHaveLength(total)
    expect(await store.counts(account)).toMatchObject({ accepted: total, uploading: 0, queued: { live: 0, import: 0 } })
  })
  describe('through a connection that can be spoiled', () => {
    let proxy: PostgresProxy
    let spoiled: Store
    beforeEach(async () => {
      proxy = await startPostgresProxy(server.port)
      const through = new URL(url)
      through.port = String(proxy.port)
      through.searchParams.set('query_timeout', '300')
      spoiled = await openPostgresStore(through.href)
    })
    afterEach(async () => {
      await spoiled.close()
      await proxy.close()
    })
    const take = async () => {
      const leased = await spoiled.lease({ account, holder, max: 10, flushMs: 0 })
      return 'entries' in leased ? leased.entries : []
    }

    it('notices a server that says nothing any more', async () => {
      await spoiled.put([entry('before')])
      proxy.silent = true
      await expect(spoiled.put([entry('during')])).rejects.toMatchObject({ code: 'unavailable' })
      proxy.silent = false
      expect(await spoiled.put([entry('after')])).toEqual([{ result: 'queued' }])
    })
    it('leases rows that it had leased without knowing', async () => {
      await spoiled.put([entry('a'), entry('b')])
      proxy.loseCommitOf('SET state = 2')
      await expect(take()).rejects.toMatchObject({ code: 'unavailable' })
      expect(await store.find(account, 'a')).toMatchObject({ state: 'uploading' })
      expect((await take()).map(({ objectId }) => objectId)).toEqual(['a', 'b'])
    })
    it('takes new records again that it had taken without knowing', async () => {
      proxy.loseCommitOf('INSERT INTO pushferry.inbox')
      expect(await spoiled.put([entry('a')])).toEqual([{ result: 'queued' }])
      expect((await store.counts(account)).events).toMatchObject({ queued: 1, unchanged: 1 })
    })
    it('accepts a new token again whose commit it did not see, and completes a result only once', async () => {
      const browser = { sender: 'key' } as const
      await spoiled.put([entry('a', 'former', browser)])
      proxy.loseCommitOf('UPDATE pushferry.queue')
      await expect(spoiled.put([entry('a', 'newer', browser)])).rejects.toMatchObject({ code: 'unavailable' })
      expect(await spoiled.put([entry('a', 'newer', browser)])).toEqual([{ result: 'unchanged' }])
      const completions = (await take()).map(({ objectId, generation }) => ({
        account,
        objectId,
        generation,
        outcome: { kind: 'returned' } as const,
      }))
      proxy.loseCommitOf('UPDATE pushferry.queue')
      await expect(spoiled.complete(holder, completions)).rejects.toMatchObject({ code: 'unavailable' })
      expect(await take()).toHaveLength(1)
      await spoiled.complete(holder, completions)
      expect(await store.find(account, 'a')).toMatchObject({ state: 'uploading' })
    })
  })
  it('rejects with what a person needs to know, and without the password, when it cannot be opened', async () => {
    const wrong = `postgres://somebody:pass-word@127.0.0.1:${server.port}/nothing-here`
    const error: unknown = await openPostgresStore(wrong).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'StoreError', code: 'unavailable' })
    expect(`${error}${error instanceof Error ? error.cause : ''}`).not.toContain('pass-word')
  })
  it.each(['db?sslrootcert=/not/there', 'db?sslmode=verify-full'])(
    'is unavailable with the address …/%s',
    async (rest) => {
      const opening = openPostgresStore(`postgres://somebody:pass-word@127.0.0.1:${server.port}/${rest}`)
      await expect(opening).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' })
    },
  )
  it('does not let one record that the database refuses fail those that share its transaction', async () => {
    const unindexable = Array.from({ length: 4_000 }, (_, at) =>
      String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000)),
    ).join('')
    const [first, second, third] = await Promise.allSettled([
      store.put([entry('a')]),
      store.put([entry(unindexable)]),
      store.put([entry('b')]),
    ])
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
    expect(third).toMatchObject({ status: 'fulfilled' })
    expect((await store.counts(account)).queued.live).toBe(2)
  })
  it('stores texts that PostgreSQL cannot hold as they are, and finds nobody under such an id', async () => {
    await store.put([entry('a')])
    const leased = await store.lease({ account, holder, max: 1, flushMs: 0 })
    const [one] = 'entries' in leased ? leased.entries : []
    const error = { code: 535, message: 'broken \0 and \ud800' }
    await store.complete(holder, [
      { account, objectId: 'a', generation: one?.generation ?? 0, outcome: { kind: 'rejected', error } },
    ])
    expect(await store.find(account, 'a')).toMatchObject({ error: { code: 535, message: 'broken \ufffd and \ufffd' } })
    expect(await store.find(account, 'a\0')).toBeUndefined()
    const [broken, whole] = await Promise.allSettled([store.put([entry('\ud800')]), store.put([entry('b')])])
    expect([broken.status, whole.status]).toEqual(['rejected', 'fulfilled'])
    expect(await store.find(account, '\ufffd')).toBeUndefined()
    expect(await store.withdraw(account, '\ud800')).toBe(false)
    expect(await store.heartbeat(holder, '"\0"')).toBe(true)
  })
})
