import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lease, LeasedEntry, NewEntry, Outcome, Store } from '../../../src/relay/store/port.ts'
import { openPostgresStore } from '../../../src/relay/store/postgres/store.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { useDatabase } from '../../support/postgres.ts'

const account = 'ACC'
const ids = ['a', 'b', 'c', 'd']

const entries = fc.array(
  fc.record({
    objectId: fc.constantFrom(...ids),
    token: fc.constantFrom('t1', 't2', 't3').map((id) => ({ type: 'fcm', id }) as const),
    priority: fc.constantFrom('live', 'import'),
    sender: fc.constantFrom<NewEntry['sender']>('trusted', 'ticket', 'key', 'unproved'),
    replaceLive: fc.boolean(),
    warnings: fc.constantFrom([], ['odd']),
    account: fc.constant(account),
  }) satisfies fc.Arbitrary<NewEntry>,
  { minLength: 1, maxLength: 3 },
)
/** Wall-clock times are added when the step is taken. */
const outcome = fc.constantFrom<Outcome>(
  { kind: 'accepted' },
  { kind: 'accepted' },
  { kind: 'rejected', error: { code: 535, message: 'bad' } },
  { kind: 'rejected', error: { code: 530, message: 'unknown' } },
  { kind: 'deferred', dueAt: 60_000, error: { code: 530, message: 'later' } },
  { kind: 'failed', dueAt: 1_000, blamed: true },
  { kind: 'failed', dueAt: 0, blamed: false },
  { kind: 'returned' },
)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('put'), entries }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('lease'), max: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('complete'), outcomes: fc.array(outcome, { minLength: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('withdraw'), objectId: fc.constantFrom(...ids) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('erase'), objectId: fc.constantFrom(...ids) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retry'), code: fc.constantFrom(530, undefined) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replaceHolder'), takeOver: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(900, 60_000, 25 * 3_600_000) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** One of the two stores with what its uploader holds; only what the port shows of either is compared. */
const createSubject = (store: Store, now: () => number) => {
  let lives = 1
  let batches: Lease[] = []
  const holder = (): string => `holder-${lives}`
  const shown = (leased: Lease | { waitMs: number | null }) =>
    'entries' in leased ? leased.entries.map(({ generation: _, ...rest }: LeasedEntry) => rest) : leased

  const take = async (one: Step): Promise<unknown> => {
    switch (one.kind) {
      case 'put':
        // Of records that go to the inbox the look afterwards says what became of them.
        return store
          .put(one.entries)
          .then((results) => (one.entries.some(({ sender }) => sender !== 'trusted') ? results : []))
      case 'lease': {
        const leased = await store.lease({ account, holder: holder(), max: one.max, flushMs: 500 })
        if ('entries' in leased) batches.push(leased)
        return shown(leased)
      }
      case 'complete': {
        const batch = batches.shift()
        const completions = (batch?.entries ?? []).map(({ objectId, generation }, at) => {
          const chosen = one.outcomes[at] ?? { kind: 'returned' }
          return {
            account,
            objectId,
            generation,
            outcome: 'dueAt' in chosen ? { ...chosen, dueAt: now() + chosen.dueAt } : chosen,
          }
        })
        return store.complete(holder(), completions)
      }
      case 'withdraw':
        return store.withdraw(account, one.objectId)
      case 'erase':
        // A late result for an erased row finds nothing, so that its lease need not be remembered here.
        batches = batches.map((batch) => ({
          ...batch,
          entries: batch.entries.filter(({ objectId }) => objectId !== one.objectId),
        }))
        return store.erase(account, one.objectId)
      case 'retry':
        return store.retryRejected(account, one.code === undefined ? {} : { code: one.code })
      case 'replaceHolder': {
        const freed = one.takeOver
          ? await store.takeOver([{ id: holder(), heartbeat: 0 }])
          : await store.leave(holder())
        batches = []
        lives++
        await store.join(holder(), '{}')
        return freed
      }
      case 'wait':
        return undefined
    }
  }
  const look = async (): Promise<unknown> => ({
    rows: await Promise.all(ids.map((objectId) => store.find(account, objectId))),
    counts: await store.counts(account),
    history: await store.history(account, 0),
    rejected: (await store.rejected(account, { limit: 10 })).map(({ cursor: _, ...rest }) => rest),
  })
  return { take, look, start: () => store.join(holder(), '{}') }
}

describe('the outbox in PostgreSQL, held against the one in memory', () => {
  const database = useDatabase()

  it('answers as that does, whatever is asked for in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        let at = 1_800_000_000_000
        const now = (): number => at
        const stores = [createMemoryStore({ now }), await openPostgresStore(await database.empty(), { now })] as const
        const [memory, postgres] = stores.map((store) => createSubject(store, now)) as [Subject, Subject]
        try {
          await Promise.all([memory.start(), postgres.start()])
          for (const one of steps) {
            if (one.kind === 'wait') at += one.ms
            const expected = await memory.take(one)
            expect(await postgres.take(one)).toEqual(expected)
            expect(await postgres.look()).toEqual(await memory.look())
          }
        } finally {
          await Promise.all(stores.map((store) => store.close()))
        }
      }),
      { numRuns: 12 },
    )
  })
})
type Subject = ReturnType<typeof createSubject>
