import { expect, onTestFinished, test, vi } from 'vitest'
import { createRetention } from '../../src/relay/retention.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'
import { eventually } from '../support/eventually.ts'
import { account, newEntry } from '../support/new-entry.ts'

const day = 86_400_000

test('rejected records are removed after PUSHFERRY_KEEP_REJECTED, and a failed removal is repeated', async () => {
  let now = 1_800_000_000_000
  const store = createMemoryStore({ now: () => now })
  await store.join('h', '{}')
  await store.put([newEntry('old')])
  const leased = await store.lease({ account, holder: 'h', max: 1, flushMs: 0 })
  if (!('entries' in leased)) throw new Error('the record was due')
  const error = { code: 535, message: '' }
  await store.complete(
    'h',
    leased.entries.map(({ objectId, generation }) => ({
      account,
      objectId,
      generation,
      outcome: { kind: 'rejected', error },
    })),
  )
  const discardRejected = vi.fn(store.discardRejected).mockRejectedValueOnce(new Error('the database is away'))
  const lines: string[] = []
  const retention = createRetention({
    accounts: [{ id: account }],
    store: { discardRejected },
    keepMs: 30 * day,
    log: { info: (line) => void lines.push(line), warn: (line) => void lines.push(line) },
    now: () => now,
    everyMs: 1,
  })
  onTestFinished(retention.stop)
  now += 30 * day
  retention.start()
  await eventually(() => expect(discardRejected.mock.calls.length).toBeGreaterThan(3))
  expect((await store.counts(account)).rejected).toBe(1)
  now += 1
  await eventually(async () => expect((await store.counts(account)).rejected).toBe(0))
  await retention.stop()
  expect(lines).toEqual(['rejected records cannot be discarded', 'rejected records are discarded'])
})
