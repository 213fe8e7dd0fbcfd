import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '../../../src/relay/config/load.ts'
import { createSenders } from '../../../src/relay/uploader/senders.ts'
import { misbehaviours, startUpstream } from '../../faults/upstream.ts'

test.each([3, 15])('no connection to CleverTap outlives the senders (%i slots)', async (slots) => {
  const upstream = await startUpstream()
  onTestFinished(() => upstream.stop())
  upstream.behave(misbehaviours.answer(200, '{"status":"success","processed":0,"unprocessed":[]}'))
  const { accounts } = loadConfig({
    CLEVERTAP_URL: upstream.url,
    CLEVERTAP_ACCOUNT_ID: 'ACC-1',
    CLEVERTAP_PASSCODE: 'a-passcode-of-a-test',
    PUSHFERRY_UPLOAD_CONCURRENCY: `${slots}`,
  })
  const senders = createSenders(accounts)
  senders.start()
  const sent = await Promise.all(
    accounts.map((account) => senders.of(account).upload([], { signal: new AbortController().signal, atOnce: slots })),
  )
  expect(sent).toMatchObject([{ kind: 'answered', status: 200 }])
  expect(upstream.open).toBe(1)
  await senders.close()
  await expect.poll(() => upstream.open).toBe(0)
})
