import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { builtFile } from '../support/built-file.ts'
import { memoryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const main = builtFile('dist/cli/main.js')
let folder: TemporaryFolder

beforeEach(() => {
  folder = memoryFolder()
})
afterEach(() => folder.remove())

/** Starts an import from standard input, with a folder of its own for temporary files. */
const launch = ({
  shell = 'exec "$0" "$@"',
  how = '--enqueue-only',
} = {}): { child: ChildProcess; ended: Promise<{ code: number; err: string }> } => {
  const child = spawn('sh', ['-c', shell, process.execPath, main, 'import', '-', how, '--json'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: {
      PATH: process.env.PATH,
      SQLITE_TMPDIR: folder.path,
      CLEVERTAP_ACCOUNT_ID: 'A',
      PUSHFERRY_STORE: `sqlite:${folder.file('store.db')}`,
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let err = ''
  child.stderr?.on('data', (piece) => {
    err += piece
  })
  // An import that ends early does not read its input to the end.
  child.stdin?.on('error', () => {})
  return { child, ended: once(child, 'close').then(([code]) => ({ code, err })) }
}
/** 24 MB, which is more than an import sorts in memory. */
const rows = (): string =>
  `objectId,type,id\n${Array.from({ length: 6_000 }, (_, at) => `__${at},fcm,${at}-${'x'.repeat(3_990)}\n`).join('')}`
/** Gives the rows to an import and resolves when it has read nearly all of them; more may come. */
const give = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => child.stdin?.write(rows(), () => resolve()))
const temporaryFiles = (): string[] => readdirSync(folder.path).filter((name) => !name.startsWith('store.db'))
/** The permissions of the folder's files that a process has open without a name. */
const unnamedFiles = (pid: number | undefined): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const target = readlinkSync(`/proc/${pid}/fd/${fd}`)
    const isOurs = target.startsWith(folder.path) && target.endsWith(' (deleted)')
    return isOurs ? [(statSync(`/proc/${pid}/fd/${fd}`).mode & 0o777).toString(8)] : []
  })

test.each(['SIGINT', 'SIGKILL'] as const)(
  'rows that wait to be sorted are in a file without a name that only its owner can read, and %s leaves neither them nor half of the import behind',
  async (signal) => {
    const { child, ended } = launch()
    await give(child)
    // SQLite may have more than one.
    expect(new Set(unnamedFiles(child.pid))).toEqual(new Set(['600']))
    expect(temporaryFiles()).toEqual([])
    child.kill(signal)
    const { code, err } = await ended
    expect(temporaryFiles()).toEqual([])
    if (signal === 'SIGKILL') return
    expect(code).toBe(1)
    expect(err).toContain('interrupted: 0 records wait in the store; run the same command again to continue')
  },
)

test('no space for the temporary file ends the import with 1 before anything is queued, and says what to do', async () => {
  // At most 2 MiB in a file; a write beyond that fails as on a full disk.
  const { child, ended } = launch({ shell: `ulimit -f 4096; trap '' XFSZ; exec "$0" "$@"` })
  child.stdin?.end(rows())
  const { code, err } = await ended
  expect(code).toBe(1)
  expect(err).toMatch(
    /sorting: its temporary file cannot be written \(.*\); set SQLITE_TMPDIR to another folder; 0 records wait in the store/,
  )
})

test('a dry run of fewer than 130,000 rows needs no temporary file', async () => {
  const { child } = launch({ how: '--dry-run' })
  await give(child)
  expect(unnamedFiles(child.pid)).toEqual([])
  expect(temporaryFiles()).toEqual([])
})
