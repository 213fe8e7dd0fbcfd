import { writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { type EnqueueParts, enqueue } from '../../src/import/enqueue.ts'
import type { Plan } from '../../src/import/plan.ts'
import { type RefusalParts, traceRefusals } from '../../src/import/refusals.ts'
import { createTally } from '../../src/import/tally.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'
import { memoryFolder } from '../support/temporary-folder.ts'
import { planned } from './planned.ts'

const text = 'objectId,type,id,name\na,fcm,ta,Ann\nb,fcm,tb,Bob\n\nc,fcm,tc,Cid\nb,fcm,other,Bob\nb,fcm,tb,Bob\n'
const asFile = async (): Promise<Plan> => {
  const { file, remove } = memoryFolder()
  onTestFinished(remove)
  writeFileSync(file('x.csv'), text)
  return planned({ path: file('x.csv') })
}

/** Imports, lets CleverTap refuse b and c, and traces them. */
const trace = async (
  plan: Plan,
  more: Partial<RefusalParts> = {},
): Promise<{ refused: unknown[][]; tally: ReturnType<typeof createTally> }> => {
  let now = 1000
  const store = createMemoryStore({ now: () => now })
  const tally = createTally()
  const signal = new AbortController().signal
  const common = { account: 'A', priority: 'import', sender: 'trusted', replaceLive: false } as const
  const put: EnqueueParts['put'] = (rows) => store.put(rows.map((row) => ({ ...row, ...common })))
  await enqueue([plan], { put, pause: async () => {}, tally, rejects: undefined, onBytes: () => {}, signal })
  const own = { type: 'fcm', id: 'other-live' } as const
  now = 2000
  const live = { account: 'A', priority: 'live', sender: 'trusted', replaceLive: true, warnings: [] } as const
  await store.put([{ ...live, objectId: 'live', token: own }])
  await store.join('h', '{}')
  const leased = await store.lease({ account: 'A', holder: 'h', max: 10, flushMs: 0 })
  const entries = 'entries' in leased ? leased.entries : []
  now = 3000
  await store.complete(
    'h',
    entries.map(({ objectId, generation }) => ({
      account: 'A',
      objectId,
      generation,
      outcome:
        objectId === 'a' ? { kind: 'accepted' } : { kind: 'rejected', error: { code: 535, message: `no ${objectId}` } },
    })),
  )
  const refused: unknown[][] = []
  const rejects = {
    paths: [],
    close: () => {},
    add: (
      _shape: unknown,
      row: { line: unknown; source: unknown },
      { code, reason }: { code: unknown; reason: unknown },
    ) => refused.push([row.line, row.source, code, reason]),
  }
  const plans = [plan]
  await traceRefusals({
    store,
    account: 'A',
    plans,
    startedAt: 1000,
    queuedUntil: 1500,
    tally,
    rejects,
    signal,
    ...more,
  })
  return { refused, tally }
}

test('what CleverTap refused moves to the rejected, each once, with the line and the row of the file', async () => {
  const { refused, tally } = await trace(await asFile())
  expect(tally).toMatchObject({ read: 5, queued: 1, unchanged: 2, rejected: new Map([[535, 2]]) })
  expect(refused).toEqual([
    [3, ['b', 'fcm', 'tb', 'Bob'], 535, 'no b'],
    [5, ['c', 'fcm', 'tc', 'Cid'], 535, 'no c'],
  ])
})

test.each([
  ['a pipe', () => planned({ text }), {}],
  ['a file without the time to read it again', asFile, { signal: AbortSignal.abort() }],
])('of %s it is written as the store has it, without a line', async (_, plan, more) => {
  const { refused, tally } = await trace(await plan(), more)
  expect(tally).toMatchObject({ read: 5, queued: 1, unchanged: 2, rejected: new Map([[535, 2]]) })
  expect(refused.sort()).toEqual([
    [undefined, ['b', 'fcm', 'tb', ''], 535, 'no b'],
    [undefined, ['c', 'fcm', 'tc', ''], 535, 'no c'],
  ])
})

test('what an earlier run had queued moves from the unchanged', async () => {
  const { tally } = await trace(await asFile(), { startedAt: 2500, queuedUntil: 2600 })
  expect(tally).toMatchObject({ read: 5, queued: 3, unchanged: 0, rejected: new Map([[535, 2]]) })
})

test('what was refused before the import began is none of its business', async () => {
  const { refused, tally } = await trace(await asFile(), { startedAt: 3001, queuedUntil: 3002 })
  expect(tally.rejected.size).toBe(0)
  expect(refused).toEqual([])
})
