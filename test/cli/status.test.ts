import { expect, it } from 'vitest'
import { newEntry } from '../support/new-entry.ts'
import { account, complete, refused, startStore } from './store.ts'

it('shows the queue, what happened, failures by code with their meaning, and that no relay uploads', async () => {
  const { run, store } = await startStore()
  await complete(store, 'a', { kind: 'accepted' })
  await complete(store, 'b', refused(535))
  await store.put([
    {
      account,
      objectId: 'c',
      token: { type: 'fcm', id: 't' },
      priority: 'live',
      sender: 'trusted',
      replaceLive: true,
      warnings: [],
    },
  ])
  const { code, out } = await run(['status'])
  expect(code).toBe(0)
  expect(out).toMatch(/uploads +no relay uploads: start pushferry relay/)
  expect(out).toMatch(/queue +1 record waiting, 0 being uploaded; the oldest came (just now|\d+ s ago)/)
  expect(out).toMatch(/last 5 min +3 queued, 1 accepted, 1 rejected/)
  expect(out).toMatch(/rejected +535 +1 {2}\S+/)
})

it('tells the records from browsers without proof apart', async () => {
  const { run, store } = await startStore()
  await store.put([newEntry('a', 'a', { account }), newEntry('b', 'b', { account, sender: 'unproved' })])
  expect((await run(['status'])).out).toMatch(/queue +2 records waiting \(1 live, 1 from browsers without proof\)/)
  expect(JSON.parse((await run(['status', '--json'])).out)).toMatchObject({
    accounts: [{ queue: { live: 1, unproved: 1, import: 0 } }],
  })
})

it.each([
  ['fails with a record that has waited for two minutes', 120_000, {}, 1],
  [
    'fails with a record of a browser without proof that has waited for two minutes',
    120_000,
    { sender: 'unproved' },
    1,
  ],
  ['fails with an imported record that has waited for two minutes', 120_000, { priority: 'import' }, 1],
  ['succeeds with a record that has waited for half a minute', 30_000, {}, 0],
] as const)('without a relay it %s', async (_, agoMs, more, expected) => {
  const { run, store } = await startStore(() => Date.now() - agoMs)
  await store.put([newEntry('a', 'a', { account, ...more })])
  const { code, out } = await run(['status'])
  expect([code, out]).toEqual([expected, expect.stringContaining('no relay uploads: start pushferry relay')])
})

it('succeeds with an old record while a process uploads, and without a relay when nothing waits', async () => {
  const { run, store } = await startStore(() => Date.now() - 120_000)
  expect((await run(['status'])).code).toBe(0)
  await store.put([newEntry('a', 'a', { account })])
  await store.join('uploader', JSON.stringify({ [account]: { upload: 'ok', reason: null, inFlight: 0 } }))
  expect((await run(['status'])).code).toBe(0)
})

it('says the same as JSON', async () => {
  const { run, store } = await startStore()
  await complete(store, 'b', refused(535))
  expect(JSON.parse((await run(['status', '--json'])).out)).toMatchObject({
    accounts: [
      {
        account,
        queue: { live: 0, import: 0, uploading: 0, oldestReceivedAt: null },
        settled: { accepted: 0, rejected: 1, withdrawn: 0 },
        rejected: [{ code: 535, records: 1 }],
        upload: { state: 'none', processes: 0 },
      },
    ],
  })
})

it('fails when a process says that its uploads are suspended, with the reason', async () => {
  const { run, store } = await startStore()
  const said = { upload: 'suspended', reason: 'CleverTap refuses the credentials (HTTP 401)', inFlight: 0 }
  await store.join('uploader', JSON.stringify({ [account]: said }))
  expect(await run(['status'])).toMatchObject({
    code: 1,
    out: expect.stringContaining('suspended: CleverTap refuses the credentials (HTTP 401)'),
  })
})

it('needs an account, and one that is configured', async () => {
  const { run } = await startStore()
  expect(await run(['status'], { CLEVERTAP_ACCOUNT_ID: '' })).toMatchObject({
    code: 2,
    err: 'pushferry: which account? Set CLEVERTAP_ACCOUNT_ID or give --account\n',
  })
  expect(await run(['status', '--account', 'OTHER'])).toMatchObject({
    code: 2,
    err: `pushferry: --account is not configured; the accounts are ${account}\n`,
  })
})
