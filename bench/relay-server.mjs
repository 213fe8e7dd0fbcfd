// The built relay on SQLite in a folder of its own. Nothing listens where it uploads to, so that intake is all it does.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRelay } from '../dist/relay/index.js'
import { answerAsChild } from './support/answer-as-child.mjs'
import { adminKey, apiKey, origin } from './support/records.mjs'

const folder = mkdtempSync(join(tmpdir(), 'pushferry-bench-'))
const relay = createRelay({
  env: {
    CLEVERTAP_ACCOUNT_ID: 'BENCH',
    CLEVERTAP_PASSCODE: 'a-passcode-that-nobody-checks',
    CLEVERTAP_URL: 'http://127.0.0.1:9',
    PUSHFERRY_API_KEYS: `bench:${apiKey}`,
    PUSHFERRY_ADMIN_KEY: adminKey,
    PUSHFERRY_ORIGINS: origin,
    PUSHFERRY_RATE_LIMIT: '0',
    PUSHFERRY_STORE: `sqlite:${join(folder, 'relay.db')}`,
    PUSHFERRY_PORT: '0',
    PUSHFERRY_MAX_QUEUED: '100000000',
    PUSHFERRY_LOG_LEVEL: 'error',
  },
  log: { debug() {}, info() {}, warn() {}, error() {} },
})
const { url } = await relay.start()
answerAsChild(url, async () => {
  await relay.stop()
  rmSync(folder, { recursive: true, force: true })
})
