// Starts a built relay as a separate process, and calls it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
accessSync(main) // npm run build makes it
const apiKey = 'key-of-the-kill-test-1234567890'

const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
const agent = new Agent({ connections: 64, keepAliveTimeout: 1000 })
export const closeCalls = () => agent.close()

/** Starts a relay on this store with this number of slots and further environment variables. Resolves when it listens. */
export const startRelay = async (clevertap, store, slots, environment = {}) => {
  const child = spawn(process.execPath, [main, 'relay'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ...environment,
      CLEVERTAP_URL: clevertap.url,
      CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
      CLEVERTAP_PASSCODE: clevertap.passcode,
      PUSHFERRY_API_KEYS: apiKey,
      PUSHFERRY_STORE: store,
      PUSHFERRY_PORT: '0',
      PUSHFERRY_UPLOAD_CONCURRENCY: `${slots}`,
      PUSHFERRY_FLUSH_MS: '10',
      PUSHFERRY_LEASE_MS: '300',
      PUSHFERRY_RETRY_BASE_MS: '20',
      PUSHFERRY_RETRY_MAX_MS: '500',
    },
  })
  running.add(child)
  const exited = once(child, 'exit').then(() => running.delete(child))
  const lines = createInterface({ input: child.stdout })
  const url = await new Promise((resolve, reject) => {
    exited.then(() => reject(new Error('the relay ended before it listened')))
    lines.on('line', (line) => {
      const { event, port } = JSON.parse(line)
      if (event === 'listening') resolve(`http://127.0.0.1:${port}`)
    })
  })
  return {
    exited,
    isRunning: () => running.has(child),
    kill: (signal) => child.kill(signal),
    /** Rejects with an error that has a `code` when there is no answer. */
    call: async (method, path, body, more) => {
      const headers = {
        ...more,
        authorization: `Bearer ${apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
      }
      const answer = await request(`${url}${path}`, { method, dispatcher: agent, headers, ...(body && { body }) })
      const text = await answer.body.text()
      return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) }
    },
  }
}
