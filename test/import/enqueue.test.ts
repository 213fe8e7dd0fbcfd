import { describe, expect, it } from 'vitest'
import { type EnqueueParts, enqueue } from '../../src/import/enqueue.ts'
import { ImportError } from '../../src/import/error.ts'
import type { Rejects } from '../../src/import/rejects.ts'
import { mostRunRows } from '../../src/import/sort.ts'
import { createTally } from '../../src/import/tally.ts'
import type { NewEntry, Store } from '../../src/relay/store/port.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'
import { planned } from './planned.ts'

const header = 'objectId,type,id\n'
const rows = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => `__${from + at},fcm,token-${from + at}\n`).join('')

const partsFor = (
  store: Pick<Store, 'put'>,
  { replaceLive = false, ...more }: Partial<EnqueueParts> & { replaceLive?: boolean } = {},
): EnqueueParts & { pieces: number[] } => {
  const pieces: number[] = []
  return {
    put: (rows) => {
      pieces.push(rows.length)
      return store.put(
        rows.map((row) => ({ ...row, account: 'A', priority: 'import', sender: 'trusted', replaceLive })),
      )
    },
    pause: async () => {},
    tally: createTally(),
    rejects: undefined,
    onBytes: () => {},
    signal: new AbortController().signal,
    pieces,
    ...more,
  }
}
const tokensSent = async (store: Store): Promise<Record<string, string>> => {
  await store.join('h', '{}')
  const leased = await store.lease({ account: 'A', holder: 'h', max: 100, flushMs: 0 })
  return 'entries' in leased
    ? Object.fromEntries(leased.entries.map(({ objectId, token }) => [objectId, token.id]))
    : {}
}

describe('queueing an import', () => {
  it('takes pieces of at most 2,000 rows, with a pause after each', async () => {
    let pauses = 0
    const parts = partsFor(createMemoryStore(), {
      pause: async () => {
        pauses++
      },
    })
    expect(await enqueue([await planned({ text: header + rows(0, 5001) })], parts)).toBe('done')
    expect(parts.pieces).toEqual([2000, 2000, 1001])
    expect(pauses).toBe(3)
    expect(parts.tally).toMatchObject({ read: 5001, queued: 5001, unchanged: 0 })
  })

  it('puts nothing before everything is read, and says how many rows are left to put', async () => {
    const held: [number, string][] = []
    let hasEnded = false
    const plan = await planned({ text: header + rows(0, 4500) })
    const ending = {
      ...plan,
      rows: async function* () {
        yield* plan.rows()
        hasEnded = true
      },
    }
    const parts = partsFor(createMemoryStore(), { onHeld: (rows, phase) => held.push([rows, phase]) })
    await enqueue([ending], {
      ...parts,
      put: (piece) => {
        expect(hasEnded).toBe(true)
        return parts.put(piece)
      },
    })
    expect(held.slice(4499)).toEqual([
      [4500, 'reading'],
      [4500, 'queueing'],
      [2500, 'queueing'],
      [500, 'queueing'],
      [0, 'queueing'],
    ])
  })

  it('loses none of very many short rows that come in one block', async () => {
    const plan = await planned({ text: header })
    const shorts = {
      ...plan,
      rows: async function* () {
        yield Array.from({ length: mostRunRows + 10_000 }, (_, at) => ({
          line: 1,
          value: { type: 'token', objectId: `${at}`, tokenData: { type: 'fcm', id: 't' } },
          source: '',
        }))
      },
    }
    const put = new Set<string>()
    const parts = partsFor(createMemoryStore(), {
      put: async (piece) => {
        for (const { objectId } of piece) put.add(objectId)
        return piece.map(() => ({ result: 'queued' }))
      },
    })
    await enqueue([shorts], parts)
    expect(put.size).toBe(mostRunRows + 10_000)
  })

  it('gives the store each row as it was read, with the keys and warnings that it has', async () => {
    const p256dh = Buffer.alloc(65, 4).toString('base64url')
    const auth = Buffer.alloc(16, 1).toString('base64url')
    const text = `objectId,type,id,p256dh,auth\n-a,fcm,t1,,\nb,chrome,t2,${p256dh},${auth}\n__c,fcm,t3,,\n`
    const given: unknown[] = []
    const parts = partsFor(createMemoryStore(), {
      put: async (piece) => {
        given.push(...piece)
        return piece.map(() => ({ result: 'queued' }))
      },
    })
    await enqueue([await planned({ text })], parts)
    const warnings = ['objectId looks like an iOS CleverTap ID, but the token is of type fcm']
    expect(given).toHaveLength(3)
    expect(given).toContainEqual({ objectId: '-a', token: { type: 'fcm', id: 't1' }, warnings })
    expect(given).toContainEqual({
      objectId: 'b',
      token: { type: 'chrome', id: 't2', keys: { p256dh, auth } },
      warnings: [],
    })
    expect(given).toContainEqual({ objectId: '__c', token: { type: 'fcm', id: 't3' }, warnings: [] })
  })

  it('puts rows that the store had no capacity for again, before those behind them', async () => {
    const stored: string[] = []
    const capacities = [0, 3, 0, 2, 100, 100]
    const parts = partsFor(createMemoryStore(), {
      mostRows: () => 4,
      put: async (piece) => {
        const taken = piece.slice(0, capacities.shift())
        stored.push(...taken.map(({ token }) => token.id))
        return taken.map(() => ({ result: 'queued' }))
      },
    })
    const ids = ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7', 't8']
    await enqueue([await planned({ text: header + ids.map((id) => `same,fcm,${id}\n`).join('') })], parts)
    expect(stored).toEqual(ids)
    expect(parts.tally).toMatchObject({ read: 9, queued: 9 })
  })

  it('counts every row in exactly one of queued, unchanged and rejected', async () => {
    const store = createMemoryStore()
    const text = `${header}a,fcm,t1\na,fcm,t1\na,fcm,t2\n,fcm,t\nb,fcm,\nc,,t\nd,nokia,t\n"e,fcm,t\n`
    const parts = partsFor(store)
    await enqueue([await planned({ text })], parts)
    expect(parts.tally).toEqual({
      read: 8,
      queued: 1,
      unchanged: 2,
      skipped: new Map(),
      unmatched: 0,
      rejected: new Map<number | string, number>([
        [530, 1],
        [532, 1],
        [533, 1],
        [535, 1],
        ['malformed', 1],
      ]),
    })
  })

  it('hands on what is refused, with its line and its reason', async () => {
    const refused: unknown[] = []
    const rejects: Rejects = {
      paths: [],
      close: () => {},
      add: (shape, row, rejection) => refused.push([shape.kind, row.line, row.source, rejection]),
    }
    const plans = [
      await planned({ text: `${header}a,fcm,t\n ,fcm,t\n` }),
      await planned({ text: '{"type":"nothing","objectId":"a"}' }),
    ]
    await enqueue(plans, partsFor(createMemoryStore(), { rejects }))
    expect(refused).toEqual([
      ['csv', 3, [' ', 'fcm', 't'], { code: 530, reason: 'objectId is missing: give the CleverTap ID of the profile' }],
      ['ndjson', 1, '{"type":"nothing","objectId":"a"}', { code: 524, reason: 'type must be "token"' }],
    ])
  })

  it('keeps the first of several rows of an objectId, also across files, and with replace the last', async () => {
    const files = [`${header}b,fcm,b1\na,fcm,a1\nb,fcm,b2\n`, `${header}a,fcm,a2\nb,fcm,b3\n`]
    for (const [replace, tokens] of [
      [false, { a: 'a1', b: 'b1' }],
      [true, { a: 'a2', b: 'b3' }],
    ] as const) {
      const store = createMemoryStore()
      const plans = await Promise.all(files.map((text) => planned({ text })))
      await enqueue(plans, partsFor(store, { replaceLive: replace }))
      expect(await tokensSent(store)).toEqual(tokens)
    }
  })

  it('leaves live and withdrawn rows alone unless it is told to replace them', async () => {
    const live = (objectId: string): NewEntry => ({
      account: 'A',
      objectId,
      token: { type: 'fcm', id: 'live' },
      priority: 'live',
      sender: 'ticket',
      replaceLive: true,
      warnings: [],
    })
    for (const replace of [false, true]) {
      const store = createMemoryStore()
      await store.put([live('a'), live('b')])
      await store.withdraw('A', 'b')
      const parts = partsFor(store, { replaceLive: replace })
      await enqueue([await planned({ text: `${header}a,fcm,t\nb,fcm,t\n` })], parts)
      expect(parts.tally).toMatchObject(replace ? { queued: 2, unchanged: 0 } : { queued: 0, unchanged: 2 })
      expect(await tokensSent(store)).toEqual(replace ? { a: 't', b: 't' } : { a: 'live' })
    }
  })

  it('finishes the piece at hand when it is interrupted, and counts nothing that is not durable', async () => {
    const store = createMemoryStore()
    const interruption = new AbortController()
    const parts = partsFor(store, { signal: interruption.signal, pause: async () => interruption.abort() })
    const text = header + rows(0, 5000)
    expect(await enqueue([await planned({ text })], parts)).toBe('interrupted')
    expect(parts.tally).toMatchObject({ read: 2000, queued: 2000 })

    const again = partsFor(store)
    expect(await enqueue([await planned({ text })], again)).toBe('done')
    expect(again.tally).toMatchObject({ read: 5000, queued: 3000, unchanged: 2000 })
    expect((await store.counts('A')).queued.import).toBe(5000)
  })

  it('puts nothing when it is interrupted while it reads', async () => {
    const interruption = new AbortController()
    const plan = await planned({ text: header + rows(0, 10) })
    const endless = {
      ...plan,
      rows: async function* () {
        for (;;) {
          yield* (await planned({ text: header + rows(0, 10) })).rows()
          interruption.abort()
        }
      },
    }
    const parts = partsFor(createMemoryStore(), { signal: interruption.signal })
    expect(await enqueue([endless, plan], parts)).toBe('interrupted')
    expect(parts.pieces).toEqual([])
    expect(parts.tally).toMatchObject({ read: 0, queued: 0 })
  })

  it('keeps what was read when an input breaks off', async () => {
    const plan = await planned({ text: header + rows(0, 10) })
    const broken = {
      ...plan,
      rows: async function* () {
        yield* plan.rows()
        throw new ImportError('failed', 'cut off')
      },
    }
    const parts = partsFor(createMemoryStore())
    await expect(enqueue([broken], parts)).rejects.toThrow('cut off')
    expect(parts.tally).toMatchObject({ read: 10, queued: 10 })
  })
})
