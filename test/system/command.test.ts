import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openStore } from '../../src/relay/store/open.ts'
import { account, entryOf } from '../relay/uploader/rig.ts'
import { memoryFolder } from '../support/temporary-folder.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** The built command line as a process, which ends with the test at the latest. */
const launch = (argv: readonly string[]): ChildProcess => {
  accessSync(main) // npm run build makes it
  const child = spawn(process.execPath, [main, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Settles when this was printed; fails when the process ends before. */
const printed = (child: ChildProcess, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let out = ''
    child.stdout?.on('data', (piece) => {
      out += piece
      if (out.includes(text)) resolve()
    })
    child.once('close', (code) => reject(new Error(`ended with ${code} before it printed ${text}: ${out}`)))
  })

test.each(['SIGINT', 'SIGTERM'] as const)('simulate ends with 0 on %s', async (signal) => {
  const child = launch(['simulate', '--port', '0'])
  await printed(child, 'Ctrl-C ends it')
  const closed = once(child, 'close')
  child.kill(signal)
  expect(await closed).toEqual([0, null])
})

test('wrong usage ends the process with 2 and one line on stderr', async () => {
  const child = launch(['simulat'])
  let err = ''
  child.stderr?.on('data', (piece) => {
    err += piece
  })
  expect(await once(child, 'close')).toEqual([2, null])
  expect(err).toMatch(/^pushferry: unknown command 'simulat' \(Did you mean simulate\?\).*\n$/)
})

test('a reader that goes away ends it quietly', async () => {
  const child = launch(['simulate', '--port', '0', '--json'])
  let err = ''
  child.stderr?.on('data', (piece) => {
    err += piece
  })
  const [first] = await once(child.stdout ?? child, 'data')
  const { url } = JSON.parse(String(first))
  const closed = once(child, 'close')
  child.stdout?.destroy()
  await fetch(`${url}/1/upload`)
  expect(await closed).toEqual([0, null])
  expect(err).toBe('')
})

test('a reader that goes away stops no erasure', async () => {
  const folder = memoryFolder()
  const store = await openStore({ kind: 'sqlite', path: folder.file('relay.db') }, { maxQueued: 1000 })
  onTestFinished(async () => {
    await store.close()
    folder.remove()
  })
  const objectIds = Array.from({ length: 200 }, (_, at) => `profile-${at}`)
  await store.put(objectIds.map((objectId) => entryOf(objectId)))
  const env = { CLEVERTAP_ACCOUNT_ID: account, PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}` }
  const child = spawn(process.execPath, [main, 'erase', ...objectIds], { env, stdio: ['ignore', 'pipe', 'ignore'] })
  child.stdout.once('data', () => child.stdout.destroy())
  expect(await once(child, 'close')).toEqual([0, null])
  expect(await Promise.all(objectIds.map((objectId) => store.find('A', objectId)))).toEqual(
    objectIds.map(() => undefined),
  )
})

test('a full disk behind standard output ends it with 1 and one line, and one behind standard error changes nothing', async () => {
  const full = openSync('/dev/full', 'w')
  onTestFinished(() => closeSync(full))
  const withoutOut = spawn(process.execPath, [main, '--version'], { stdio: ['ignore', full, 'pipe'] })
  let err = ''
  withoutOut.stderr?.on('data', (piece) => {
    err += piece
  })
  expect(await once(withoutOut, 'close')).toEqual([1, null])
  expect(err).toBe('pushferry: standard output cannot be written: the disk is full\n')

  const withoutErr = spawn(process.execPath, [main, 'nonsense'], { stdio: ['ignore', 'pipe', full] })
  expect(await once(withoutErr, 'close')).toEqual([2, null])
})
