import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** One line of the relay's log. */
export type LogLine = Readonly<Record<string, unknown>> & { event?: string }

/** The result of a request to the relay; status 0 without an answer. */
export interface Posted {
  status: number
  headers: Readonly<Record<string, unknown>>
  body: unknown
}

/** The built relay as a separate process. */
export interface RelayProcess {
  readonly url: string
  readonly pid: number
  readonly log: readonly LogLine[]
  /** Output that is not a log line: none, unless it crashed. */
  readonly stray: readonly string[]
  readonly running: boolean
  /** Settles when the process has ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  kill(signal: NodeJS.Signals): void
  /** Posts native tokens for these objectIds, `token-of-<objectId>` unless given. */
  post(tokens: Readonly<Record<string, string>> | readonly string[]): Promise<Posted>
  ask(method: 'GET' | 'DELETE', path: string): Promise<Posted>
  /** Settles when the log has a matching line, perhaps an earlier one. Rejects if the process ends first. */
  logged(matches: (line: LogLine) => boolean): Promise<LogLine>
  /** Sends SIGTERM, and waits until the process has ended. */
  stop(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export interface RelayProcessOptions {
  /** The CleverTap to upload to. */
  clevertap: { url: string; accountId: string; passcode: string }
  /** `sqlite:` and a path, or the address of a PostgreSQL database. */
  store: string
  /** More settings, by name. */
  env?: Readonly<Record<string, string>>
}

export const apiKey = 'key-of-the-backend-1234567890'

export const tokenOf = (objectId: string): string => `token-of-${objectId}`

const started = new Set<ChildProcess>()
// No process is left running, however the test ends.
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL')
})

/** Starts a relay, and settles when it listens. */
export const startRelayProcess = async (options: RelayProcessOptions): Promise<RelayProcess> => {
  accessSync(main) // npm run build makes it
  const { clevertap, store, env = {} } = options
  const child = spawn(process.execPath, [main, 'relay'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      CLEVERTAP_URL: clevertap.url,
      CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
      CLEVERTAP_PASSCODE: clevertap.passcode,
      PUSHFERRY_API_KEYS: apiKey,
      PUSHFERRY_STORE: store,
      PUSHFERRY_PORT: '0',
      PUSHFERRY_FLUSH_MS: '20',
      PUSHFERRY_LEASE_MS: '2000',
      PUSHFERRY_RETRY_BASE_MS: '20',
      PUSHFERRY_RETRY_MAX_MS: '200',
      ...env,
    },
  })
  started.add(child)
  const agent = new Agent({ connections: 32 })
  const log: LogLine[] = []
  const stray: string[] = []
  const waiting = new Set<() => void>()
  let running = true
  const exited = once(child, 'exit').then(([code, signal]) => {
    running = false
    started.delete(child)
    void agent.destroy()
    for (const look of waiting) look()
    return { code, signal } as { code: number | null; signal: NodeJS.Signals | null } // as the event gives them
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      log.push(JSON.parse(line) as LogLine)
    } catch {
      stray.push(line)
    }
    for (const look of waiting) look()
  })
  createInterface({ input: child.stderr }).on('line', (line) => stray.push(line))

  const logged: RelayProcess['logged'] = (matches) =>
    new Promise((resolve, reject) => {
      let seen = 0
      const look = (): void => {
        for (; seen < log.length; seen++) {
          const line = log[seen]
          if (!line || !matches(line)) continue
          waiting.delete(look)
          resolve(line)
          return
        }
        if (running) return
        waiting.delete(look)
        reject(new Error(`the relay ended before it logged that: ${stray.join('\n')}`))
      }
      waiting.add(look)
      look()
    })
  const listening = await logged(({ event }) => event === 'listening')
  const url = `http://127.0.0.1:${listening.port}`

  const send = async (method: 'GET' | 'DELETE' | 'POST', path: string, body?: string): Promise<Posted> => {
    try {
      const answer = await request(`${url}${path}`, {
        method,
        dispatcher: agent,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
      })
      const text = await answer.body.text()
      return { status: answer.statusCode, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
    } catch {
      return { status: 0, headers: {}, body: undefined }
    }
  }
  return {
    url,
    pid: child.pid ?? 0,
    log,
    stray,
    get running() {
      return running
    },
    exited,
    kill: (signal) => void child.kill(signal),
    post: (tokens) => {
      const entries = Array.isArray(tokens)
        ? tokens.map((objectId): [string, string] => [objectId, tokenOf(objectId)])
        : Object.entries(tokens)
      const d = entries.map(([objectId, id]) => ({ type: 'token', tokenData: { id, type: 'fcm' }, objectId }))
      return send('POST', '/1/upload', JSON.stringify({ d }))
    },
    ask: (method, path) => send(method, path),
    logged,
    stop: () => {
      child.kill('SIGTERM')
      return exited
    },
  }
}
