import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Lease, Outcome, Store } from '../../../src/relay/store/port.ts'
import { sql } from '../../../src/relay/store/postgres/statements.ts'
import { openPostgresStore } from '../../../src/relay/store/postgres/store.ts'
import { account, newEntry as entry } from '../../support/new-entry.ts'
import { untilSessionsWait, useDatabase } from '../../support/postgres.ts'

const count = <T>(length: number, make: (at: number) => T): T[] => Array.from({ length }, (_, at) => make(at))

/** Several relays on one database. Each handle has connections of its own, as a process has. */
describe('relays that share a PostgreSQL', () => {
  const database = useDatabase()
  let url: string
  let client: pg.Client
  let one: Store
  let two: Store
  beforeEach(async () => {
    url = await database.empty()
    one = await openPostgresStore(url)
    two = await openPostgresStore(url)
    client = new pg.Client(url)
    await client.connect()
    await one.join('holder-1', '{}')
    await two.join('holder-2', '{}')
  })
  afterEach(async () => {
    await Promise.all([one.close(), two.close(), client.end()])
  })

  const take = async (store: Store, holder: string, max: number): Promise<Lease['entries']> => {
    const leased = await store.lease({ account, holder, max, flushMs: 0 })
    return 'entries' in leased ? leased.entries : []
  }
  const complete = (store: Store, holder: string, entries: Lease['entries'], outcome: Outcome): Promise<void> =>
    store.complete(
      holder,
      entries.map(({ objectId, generation }) => ({ account, objectId, generation, outcome })),
    )
  /** Holds the kept numbers against the rows themselves, and that no id has two rows. */
  const expectNumbersToFit = async (): Promise<void> => {
    const counts = await one.counts(account)
    const { rows } = await client.query(`
      SELECT object_id, state FROM pushferry.queue UNION ALL SELECT object_id, state FROM pushferry.settled`)
    const of = (...states: number[]): number => rows.filter((row) => states.includes(row.state)).length
    expect(new Set(rows.map((row) => row.object_id)).size).toBe(rows.length)
    expect(counts).toMatchObject({ uploading: of(2), accepted: of(3), rejected: of(4), withdrawn: of(5) })
    expect(counts.queued).toEqual({ live: of(0, 1), unproved: 0, import: 0 })
  }

  it('keep one row for an objectId that both are given at once: one makes it, all later ones replace it', async () => {
    const ids = count(30, (at) => `o${at}`)
    const puts = count(10, (round) =>
      [one, two].map((store, relay) =>
        store.put(ids.map((objectId) => entry(objectId, `token-${relay}-${round}-${objectId}`))),
      ),
    )
    await Promise.all(puts.flat())
    expect((await one.counts(account)).events).toMatchObject({ queued: 30, replaced: 30 * 19 })
    await expectNumbersToFit()
  })
  it('agree on who made a row when both are given it in different orders', async () => {
    const ids = count(40, (at) => `o${at}`)
    const puts = count(8, (round) => {
      const order = round % 2 === 0 ? ids : [...ids].reverse()
      return (round % 4 < 2 ? one : two).put(order.map((objectId) => entry(objectId, 'the-same')))
    })
    await Promise.all(puts)
    expect((await one.counts(account)).events).toMatchObject({ queued: 40, unchanged: 40 * 7 })
    await expectNumbersToFit()
  })
  it('never lease a row twice', async () => {
    await one.put(count(400, (at) => entry(`o${at}`, `t${at}`)))
    const leased: string[] = []
    const drain = async (store: Store, holder: string): Promise<void> => {
      for (;;) {
        const entries = await take(store, holder, 7)
        leased.push(...entries.map(({ objectId }) => objectId))
        if (entries.length === 0 && leased.length >= 400) return
        await complete(store, holder, entries, { kind: 'accepted' })
      }
    }
    await Promise.all([drain(one, 'holder-1'), drain(one, 'holder-1'), drain(two, 'holder-2'), drain(two, 'holder-2')])
    expect(leased).toHaveLength(400)
    expect(new Set(leased).size).toBe(400)
    await expectNumbersToFit()
  })
  it('never grant more slots than the limit, whoever asks at the same moment', async () => {
    const holders = count(6, (at) => ({ store: at % 2 === 0 ? one : two, holder: `slots-${at}`, granted: 0 }))
    for (const { store, holder } of holders) await store.join(holder, '{}')
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        holders.map(async (asking, at) => {
          const { store, holder } = asking
          asking.granted = await store.takeSlots({ account, holder, want: (at * 7 + round * 3) % 5, limit: 7 })
        }),
      )
      expect(holders.reduce((sum, { granted }) => sum + granted, 0)).toBeLessThanOrEqual(7)
    }
  })
  it('lose no row and no count while the same rows are put, withdrawn, leased, settled and taken away', async () => {
    const ids = count(12, (at) => `o${at}`)
    const relays = [
      { store: one, holder: 'holder-1' },
      { store: two, holder: 'holder-2' },
    ]
    const outcomes: Outcome[] = [
      { kind: 'accepted' },
      { kind: 'returned' },
      { kind: 'rejected', error: { code: 535, message: 'bad' } },
      { kind: 'failed', dueAt: 0, blamed: true },
    ]
    const live = relays.map(async ({ store, holder }, relay) => {
      for (let round = 0; round < 25; round++) {
        const some = ids.filter((_, at) => (at + round + relay) % 3 === 0)
        const [entries] = await Promise.all([
          take(store, holder, 4),
          store.put(some.map((objectId) => entry(objectId, `${relay}-${round}`))),
          store.withdraw(account, `o${(round * 5 + relay) % 12}`),
          store.retryRejected(account, { objectIds: ids }),
        ])
        const outcome = outcomes[round % outcomes.length] ?? { kind: 'returned' }
        await complete(store, holder, entries, outcome)
      }
    })
    await Promise.all(live)
    await expectNumbersToFit()

    await Promise.all(relays.map(({ store, holder }) => store.leave(holder)))
    await one.join('last', '{}')
    await complete(one, 'last', await take(one, 'last', 100), { kind: 'accepted' })
    expect(await one.counts(account)).toMatchObject({ queued: { live: 0, import: 0 }, uploading: 0 })
    await expectNumbersToFit()
  })
  it('take everything from a holder once only, however many see that it stands still', async () => {
    await one.put(count(20, (at) => entry(`o${at}`, `t${at}`)))
    await take(one, 'holder-1', 100)
    const freed = await Promise.all(
      count(6, (at) => (at % 2 === 0 ? one : two).takeOver([{ id: 'holder-1', heartbeat: 0 }])),
    )
    expect(freed.sort()).toEqual([0, 0, 0, 0, 0, 20])
    expect((await two.counts(account)).events.expired).toBe(20)
    await expectNumbersToFit()
  })
  it('leave nothing with a holder that is taken away while it leases', async () => {
    await one.put(count(120, (at) => entry(`o${at}`, `t${at}`)))
    for (let life = 0; life < 30; life++) {
      const holder = `life-${life}`
      await one.join(holder, '{}')
      await Promise.all([
        ...count(3, () => take(one, holder, 2)),
        two.takeOver([{ id: holder, heartbeat: 0 }]),
        take(two, 'holder-2', 1),
      ])
    }
    await two.leave('holder-2')
    expect((await client.query('SELECT 1 FROM pushferry.queue WHERE holder IS NOT NULL OR state <> 0')).rows).toEqual(
      [],
    )
    await expectNumbersToFit()
  })
  it('decide with what another wrote in the turn before', async () => {
    await one.put([entry('known')])
    await one.find(account, 'known')
    await client.query('BEGIN')
    await client.query(sql.takeRowTurn)
    const columns = 'account, object_id, type, state, priority, keyed, attempts, received_at, fingerprint'
    await client.query(`INSERT INTO pushferry.settled (${columns}, settled_at)
      SELECT account, 'o', type, 3, priority, keyed, attempts, received_at, fingerprint, 0
      FROM pushferry.queue WHERE object_id = 'known'`)
    await one.put([entry('o', 'ours'), entry('p')])
    const found = one.find(account, 'o')
    await untilSessionsWait(client)
    await client.query('COMMIT')
    expect(await found).toMatchObject({ state: 'queued' })
    expect((await one.counts(account)).events).toMatchObject({ queued: 2, replaced: 1 })
    const { rows } = await client.query(`SELECT token FROM pushferry.queue WHERE object_id = 'o'
      UNION ALL SELECT token FROM pushferry.settled WHERE object_id = 'o'`)
    expect(rows).toEqual([{ token: 'ours' }])
  })
  it('make one secret between them', async () => {
    const secrets = await Promise.all([one, two, one, two].map((store) => store.secret('registration')))
    expect(new Set(secrets).size).toBe(1)
  })
  it('find in the database what the other has only just made known', async () => {
    await one.put([entry('o', 't', { account: 'NEW' })])
    expect(await two.find('NEW', 'o')).toMatchObject({ state: 'queued' })
    expect(await two.find('NEVER', 'o')).toBeUndefined()
  })
})
