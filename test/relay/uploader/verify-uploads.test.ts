import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../../src/relay/config/load.ts'
import { createUploads } from '../../../src/relay/uploader/uploads.ts'
import { startSimulator } from '../../../src/simulator/index.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { eventually } from '../../support/eventually.ts'

test('what a relay gets accepted is looked up on the profile and counted in the store', async () => {
  const clevertap = await startSimulator()
  onTestFinished(() => clevertap.stop())
  const { url, accountId, passcode } = clevertap
  const config = loadConfig({
    CLEVERTAP_URL: url,
    CLEVERTAP_ACCOUNT_ID: accountId,
    CLEVERTAP_PASSCODE: passcode,
    PUSHFERRY_VERIFY: '1',
    PUSHFERRY_FLUSH_MS: '0',
  })
  const store = createMemoryStore()
  const uploads = createUploads(config, store)
  await uploads.start()
  onTestFinished(() => uploads.stop())
  const token = { type: 'fcm', id: 'token-of-a' } as const
  const trusted = { account: accountId, priority: 'live', sender: 'trusted', replaceLive: true, warnings: [] } as const
  await store.put([{ ...trusted, objectId: '__a', token }])
  await eventually(async () => expect((await store.counts(accountId)).events.confirmed).toBe(1))
  expect(clevertap.received().map(({ path }) => path)).toEqual(['/1/upload', '/1/profile.json'])
})
