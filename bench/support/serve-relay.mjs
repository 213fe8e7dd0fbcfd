// Runs the built relay on a given store as a measured server. Nothing listens at its upload address, so that it only accepts records.
import { createRelay } from '../../dist/relay/index.js'
import { answerAsChild } from './answer-as-child.mjs'
import { adminKey, apiKey, origin } from './records.mjs'

/** Serves until the parent process ends. @param {string} store @param {() => unknown} release called after the relay has stopped */
export const serveRelay = async (store, release) => {
  const relay = createRelay({
    env: {
      CLEVERTAP_ACCOUNT_ID: 'BENCH',
      CLEVERTAP_PASSCODE: 'a-passcode-that-nobody-checks',
      CLEVERTAP_URL: 'http://127.0.0.1:9',
      PUSHFERRY_API_KEYS: `bench:${apiKey}`,
      PUSHFERRY_ADMIN_KEY: adminKey,
      PUSHFERRY_ORIGINS: origin,
      PUSHFERRY_RATE_LIMIT: '0',
      PUSHFERRY_STORE: store,
      PUSHFERRY_PORT: '0',
      PUSHFERRY_MAX_QUEUED: '100000000',
      PUSHFERRY_MAX_UNPROVED: '100000000',
      PUSHFERRY_LOG_LEVEL: 'error',
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  const { url } = await relay.start()
  answerAsChild(url, async () => {
    await relay.stop()
    await release()
  })
}
