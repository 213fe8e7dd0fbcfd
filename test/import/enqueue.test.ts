import { describe, expect, it } from 'vitest'
import { type EnqueueParts, enqueue, heldRows } from '../../src/import/enqueue.ts'
import { ImportError } from '../../src/import/error.ts'
import type { Rejects } from '../../src/import/rejects.ts'
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

  it('reads the next rows while those before them are being put', async () => {
    const plan = await planned({ text: header + rows(0, heldRows) })
    let readOn = (): void => {}
    const isReadOn = new Promise<void>((resolve) => (readOn = resolve))
    const twoParts = {
      ...plan,
      rows: async function* () {
        yield* plan.rows()
        readOn()
        yield* (await planned({ text: header + rows(heldRows, heldRows + 1) })).rows()
      },
    }
    const parts = partsFor(createMemoryStore(), {
      put: async (rows) => {
        await isReadOn
        return rows.map(() => ({ result: 'queued' }))
      },
    })
    await enqueue([twoParts], parts)
    expect(parts.tally).toMatchObject({ read: heldRows + 1, queued: heldRows + 1 })
  })

  it('holds fewer rows of very long tokens, because memory is what holding costs', async () => {
    const long = 'x'.repeat(4_000)
    const plan = await planned({
      text: header + Array.from({ length: 6_000 }, (_, at) => `__${at},fcm,${at}-${long}\n`).join(''),
    })
    const parts = partsFor(createMemoryStore())
    let putBeforeTheEnd = 0
    const watched = {
      ...plan,
      rows: async function* (onBytes: (bytes: number) => void) {
        yield* plan.rows(onBytes)
        putBeforeTheEnd = parts.pieces.length
      },
    }
    await enqueue([watched], parts)
    expect(putBeforeTheEnd).toBeGreaterThan(0)
    expect(parts.tally.queued).toBe(6_000)
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
      await planned({ text: '{"type":"nothing"}' }),
    ]
    await enqueue(plans, partsFor(createMemoryStore(), { rejects }))
    expect(refused).toEqual([
      ['csv', 3, [' ', 'fcm', 't'], { code: 530, reason: 'objectId is missing: give the CleverTap ID of the profile' }],
      ['ndjson', 1, '{"type":"nothing"}', { code: 524, reason: 'type must be "token"' }],
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
