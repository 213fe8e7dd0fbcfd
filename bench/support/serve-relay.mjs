// The built relay on a store of one's own, as a server under measurement. Nothing listens where it uploads to, so that
// intake is all it does.
import { createRelay } from '../../dist/relay/index.js'
import { answerAsChild } from './answer-as-child.mjs'
import { adminKey, apiKey, origin } from './records.mjs'

/** Serves until the process that started this one goes. @param {string} store @param {() => unknown} release what follows the relay's end */
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
