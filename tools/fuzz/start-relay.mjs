/** Starts a built relay as a separate process, with two accounts: tickets are optional for one and required for the other. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { origins, ticketKeys } from './values.mjs'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** @param clevertaps the simulated CleverTap of each account */
export const startRelay = async ({ open, ticketed }, keys) => {
  accessSync(main)
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-fuzz-'))
  const account = (clevertap, more) => ({
    accountId: clevertap.accountId,
    passcode: clevertap.passcode,
    url: clevertap.url,
    apiKeys: `shop:${keys.api}`,
    flushMs: 20,
    ...more,
  })
  const accounts = [
    account(open, { origins: origins.open, ticketKey: ticketKeys.open }),
    account(ticketed, {
      origins: origins.ticketed,
      tickets: 'required',
      ticketKey: ticketKeys.ticketed,
      apiKeys: `shop:${keys.api}-2`,
    }),
  ]
  const config = join(folder, 'accounts.json')
  writeFileSync(config, JSON.stringify({ accounts }))
  const child = spawn(process.execPath, [main, 'relay'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PUSHFERRY_CONFIG: config,
      PUSHFERRY_STORE: `sqlite:${join(folder, 'outbox.db')}`,
      PUSHFERRY_PORT: '0',
      PUSHFERRY_ADMIN_KEY: keys.admin,
      PUSHFERRY_TRUST_PROXY: 'loopback',
      // With the default limits most requests would be refused before they reach the code under test.
      PUSHFERRY_RATE_LIMIT: '0',
      PUSHFERRY_MAX_QUEUED: '1000000000',
      PUSHFERRY_LOG_LEVEL: 'debug',
    },
  })
  process.once('exit', () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const relay = { child, url: '', exit: undefined, errors: [], stderr: '', lines: 0 }
  relay.exited = once(child, 'exit').then(([code, signal]) => {
    relay.exit = signal ?? code
  })
  child.stderr.on('data', (chunk) => {
    relay.stderr = (relay.stderr + chunk).slice(-4000)
  })
  relay.url = await new Promise((resolve, reject) => {
    relay.exited.then(() => reject(new Error(`the relay ended before it listened: ${relay.stderr}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      relay.lines++
      const { level, event, port } = JSON.parse(line)
      if (level === 'error') relay.errors.push(line)
      if (event === 'listening') resolve(`http://127.0.0.1:${port}`)
    })
  })
  return relay
}
