import { expect, it } from 'vitest'
import { createRelay } from '../../src/relay/relay.ts'

it('a relay whose database was never there stops when it is told to', async () => {
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
  const relay = createRelay({
    log,
    env: {
      CLEVERTAP_ACCOUNT_ID: 'ACC',
      CLEVERTAP_PASSCODE: 'a-passcode',
      // Nobody listens at port 1.
      PUSHFERRY_STORE: 'postgres://127.0.0.1:1/nothing',
      PUSHFERRY_PORT: '0',
    },
  })
  const { url } = await relay.start()
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  await relay.stop()
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})
