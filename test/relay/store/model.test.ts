import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NewEntry, Outcome, Store } from '../../../src/relay/store/port.ts'
import { openSqliteStore } from '../../../src/relay/store/sqlite/store.ts'
import type { Token } from '../../../src/wire/record.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'

/*
 * The outbox in SQLite against the outbox in memory, which has the same rules and nothing else: whatever is done, in whatever
 * order, both answer the same. PUSHFERRY_MODEL_RUNS and PUSHFERRY_MODEL_SEED make more of it than the everyday run.
 */
const runs = Number(process.env.PUSHFERRY_MODEL_RUNS ?? 60)
const seed = Number(process.env.PUSHFERRY_MODEL_SEED ?? 20_261_123)

const accounts = ['A', 'B'] as const
const day = 24 * 60 * 60 * 1000
const limit = 3

type Role = 'reference' | 'real'

/** What the test remembers beside the two stores. */
interface World {
  now: number
  reference: Store
  /**
   * Every lease that was ever given, so that late and repeated results are tried too. Generations are the store's own:
   * one for each of the two.
   */
  leased: { account: string; holder: string; objectId: string; generations: ReadonlyMap<Role, number> }[]
  /** Holder ids by slot; a slot gets a fresh id when its process begins another life. */
  lives: string[]
  born: number
  /** The clock was moved by hand: which minutes are still kept then is nobody's promise. */
  jumped: boolean
}
interface Real {
  store: Store
  reopen(): Promise<void>
}

/** Does the same to both, and wants the same from both: results, and errors by their code. */
const both = async <T>(
  world: World,
  real: Real,
  act: (store: Store, role: Role) => Promise<T>,
): Promise<T | undefined> => {
  const ask = (store: Store, role: Role): Promise<{ value: T } | { code: unknown }> =>
    act(store, role).then(
      (value) => ({ value }),
      (error: { code?: unknown }) => ({ code: error.code }),
    )
  const [wanted, got] = await Promise.all([ask(world.reference, 'reference'), ask(real.store, 'real')])
  expect(got).toEqual(wanted)
  return 'value' in wanted ? wanted.value : undefined
}

const hasSome = (events: object): boolean => Object.values(events).some((n) => n > 0)

const compareAll = async (world: World, real: Real): Promise<void> => {
  for (const account of accounts) {
    await both(world, real, (store) => store.counts(account))
    await both(world, real, async (store) =>
      (await store.rejected(account, { limit: 100 })).map(({ cursor: _, ...row }) => row),
    )
    if (!world.jumped)
      await both(world, real, async (store) =>
        (await store.history(account, world.now - 7 * day)).filter(({ events }) => hasSome(events)),
      )
    for (const objectId of objectIds) await both(world, real, (store) => store.find(account, objectId))
  }
  await both(world, real, async (store) => [...(await store.holders())].sort((a, b) => (a.id < b.id ? -1 : 1)))
}

type Act = (world: World, real: Real) => Promise<unknown>
/** A step that is always possible. */
const step = (name: string, act: Act): fc.AsyncCommand<World, Real> => ({
  check: () => true,
  run: async (world, real) => {
    await act(world, real)
    await compareAll(world, real)
  },
  toString: () => name,
})

const objectIds = ['o0', 'o1', 'o2', 'o3', 'o4', 'o5'] as const
const anAccount = fc.constantFrom(...accounts)
const anObjectId = fc.constantFrom(...objectIds)
const aHolder = fc.nat({ max: 2 })
const aCode = fc.constantFrom(400, 523, 530, 535, 555)
const aToken: fc.Arbitrary<Token> = fc.oneof(
  fc.record({ type: fc.constantFrom('fcm', 'apns'), id: fc.constantFrom('t1', 't2', 't3') }),
  fc.record({
    type: fc.constant('chrome'),
    id: fc.constantFrom('t1', 't2'),
    keys: fc.record({ p256dh: fc.constant('p'), auth: fc.constantFrom('a', 'b') }),
  }),
)
const anEntry: fc.Arbitrary<NewEntry> = fc.record({
  account: anAccount,
  objectId: anObjectId,
  token: aToken,
  priority: fc.constantFrom<NewEntry['priority']>('live', 'live', 'import'),
  sender: fc.constantFrom<NewEntry['sender']>('trusted', 'ticket', 'key', 'unproved', 'unproved'),
  claim: fc.record({ idleDays: fc.constantFrom(1, 30), always: fc.constantFrom(false, false, true) }),
  replaceLive: fc.boolean(),
  warnings: fc.constantFrom([], ['odd']),
})
const anOutcome: fc.Arbitrary<(now: number) => Outcome> = fc.oneof(
  fc.constant((): Outcome => ({ kind: 'accepted' })),
  aCode.map((code) => (): Outcome => ({ kind: 'rejected', error: { code, message: `why ${code}` } })),
  fc.tuple(aCode, fc.constantFrom(0, 60_000, day)).map(
    ([code, wait]) =>
      (now: number): Outcome => ({ kind: 'deferred', dueAt: now + wait, error: { code, message: '' } }),
  ),
  fc.tuple(fc.boolean(), fc.constantFrom(0, 1000, 300_000)).map(
    ([blamed, wait]) =>
      (now: number): Outcome => ({ kind: 'failed', dueAt: now + wait, blamed }),
  ),
  fc.constant((): Outcome => ({ kind: 'returned' })),
)
const idOf = (world: World, holder: number): string => world.lives[holder] ?? 'nobody'

const steps = [
  fc.array(anEntry, { minLength: 1, maxLength: 5 }).map((entries) =>
    step(`put ${JSON.stringify(entries)}`, (world, real) =>
      both(world, real, async (store) => {
        const results = await store.put(entries)
        // A backend is not told what becomes of its records; the numbers tell.
        return results.map(({ result }, at) => (entries[at]?.sender === 'trusted' ? 'taken' : result))
      }),
    ),
  ),
  fc
    .tuple(aHolder, anAccount, fc.constantFrom(1, 2, 100), fc.constantFrom(1, 1, 2), fc.constantFrom(0, 0, 1000))
    .map(([holder, account, max, batches, flushMs]) =>
      step(`lease ${holder} ${account} ${max} times ${batches} ${flushMs}`, async (world, real) => {
        const id = idOf(world, holder)
        const generations = new Map<Role, Map<string, number>>()
        const given = await both(world, real, async (store, role) => {
          const leased = await store.lease({ account, holder: id, max, batches, flushMs })
          if (!('entries' in leased)) return leased
          generations.set(role, new Map(leased.entries.map((entry) => [entry.objectId, entry.generation])))
          return leased.entries.map(({ generation: _, ...entry }) => entry)
        })
        if (!Array.isArray(given)) return
        const ids = given.map(({ objectId }) => objectId)
        expect(new Set(ids).size).toBe(ids.length)
        for (const objectId of ids) {
          const mine = [...generations].map(([role, all]): [Role, number] => [role, all.get(objectId) ?? -1])
          world.leased.push({ account, holder: id, objectId, generations: new Map(mine) })
        }
      }),
    ),
  fc
    .tuple(fc.array(fc.tuple(fc.nat({ max: 11 }), anOutcome), { minLength: 1, maxLength: 6 }), fc.boolean(), aHolder)
    .map(([results, asAnother, other]) =>
      step(
        `settle the last but ${results.map(([back]) => back)}${asAnother ? ` as ${other}` : ''}`,
        async (world, real) => {
          for (const [back, outcome] of results) {
            const one = world.leased.at(-1 - back)
            if (!one) continue
            const { account, objectId, generations } = one
            const by = asAnother ? idOf(world, other) : one.holder
            await both(world, real, (store, role) =>
              store.complete(by, [
                { account, objectId, generation: generations.get(role) ?? -1, outcome: outcome(world.now) },
              ]),
            )
          }
        },
      ),
    ),
  fc
    .tuple(anAccount, anObjectId)
    .map(([account, objectId]) =>
      step(`withdraw ${account} ${objectId}`, (world, real) =>
        both(world, real, (store) => store.withdraw(account, objectId)),
      ),
    ),
  fc
    .tuple(anAccount, anObjectId)
    .map(([account, objectId]) =>
      step(`erase ${account} ${objectId}`, (world, real) =>
        both(world, real, (store) => store.erase(account, objectId)),
      ),
    ),
  fc
    .tuple(aHolder, anAccount, fc.nat({ max: 4 }))
    .map(([holder, account, want]) =>
      step(`slots ${holder} ${account} ${want}`, (world, real) =>
        both(world, real, (store) => store.takeSlots({ account, holder: idOf(world, holder), want, limit })),
      ),
    ),
  aHolder.map((holder) =>
    step(`heartbeat ${holder}`, (world, real) =>
      both(world, real, (store) => store.heartbeat(idOf(world, holder), `{"n":${world.now}}`)),
    ),
  ),
  fc.tuple(aHolder, fc.boolean()).map(([holder, hasHeartbeat]) =>
    step(`take over ${holder}${hasHeartbeat ? ', which has sent a heartbeat since' : ''}`, async (world, real) => {
      const seen = (await world.reference.holders()).find(({ id }) => id === idOf(world, holder))
      if (!seen) return
      if (hasHeartbeat) await both(world, real, (store) => store.heartbeat(seen.id, '{}'))
      await both(world, real, (store) => store.takeOver([{ id: seen.id, heartbeat: seen.heartbeat }]))
    }),
  ),
  aHolder.map((holder) =>
    step(`leave ${holder}`, (world, real) => both(world, real, (store) => store.leave(idOf(world, holder)))),
  ),
  aHolder.map((holder) =>
    step(`begin another life as ${holder}`, async (world, real) => {
      const id = `life-${++world.born}`
      world.lives[holder] = id
      await both(world, real, (store) => store.join(id, '{}'))
    }),
  ),
  fc
    .tuple(anAccount, fc.option(fc.array(anObjectId, { minLength: 1, maxLength: 3 })), fc.option(aCode))
    .map(([account, ids, code]) =>
      step(`retry ${account} ${ids} ${code}`, (world, real) =>
        both(world, real, (store) =>
          store.retryRejected(account, { ...(ids && { objectIds: ids }), ...(code !== null && { code }) }),
        ),
      ),
    ),
  fc
    .tuple(anAccount, fc.constantFrom(0, day), fc.constantFrom(1, 100))
    .map(([account, age, most]) =>
      step(`discard ${account} older than ${age}, but for ${most}`, (world, real) =>
        both(world, real, (store) => store.discardRejected(account, { before: world.now - age, most })),
      ),
    ),
  fc.constantFrom(1, 999, 60_000, 3_600_000, day + 1).map((ms) =>
    step(`wait ${ms}`, async (world) => {
      world.now += ms
    }),
  ),
  fc.constantFrom(-30 * day, -day, -60_000, 2 * day, 30 * day).map((ms) =>
    step(`jump ${ms}`, async (world) => {
      world.now += ms
      world.jumped = true
    }),
  ),
  fc.constant(step('crash', (_, real) => real.reopen())),
]

test('SQLite does what the reference in memory does, in whatever order, through crashes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(steps, { maxCommands: 60, size: 'max' }), async (commands) => {
      const folder = memoryFolder()
      const world: World = {
        now: 1_800_000_000_000,
        reference: createMemoryStore({ maxQueued: 8, maxUnproved: 2, now: () => world.now }),
        leased: [],
        lives: ['life-a', 'life-b'],
        born: 0,
        jumped: false,
      }
      const open = (): Promise<Store> =>
        openSqliteStore(folder.file('m.db'), { maxQueued: 8, maxUnproved: 2, now: () => world.now })
      const real: Real = {
        store: await open(),
        // What a killed process leaves: leases, slots and holders stay, and nobody says good-bye.
        reopen: async () => {
          await real.store.close()
          real.store = await open()
        },
      }
      for (const id of world.lives) await both(world, real, (store) => store.join(id, '{}'))
      try {
        await fc.asyncModelRun(() => ({ model: world, real }), commands)
      } finally {
        await real.store.close()
        folder.remove()
      }
    }),
    { numRuns: runs, seed },
  )
}, 600_000)
