import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { runCli } from './run-cli.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
  onTestFinished(() => folder.remove())
})
const run = (argv: readonly string[], store: string) =>
  runCli(argv, { env: { CLEVERTAP_ACCOUNT_ID: 'A', PUSHFERRY_STORE: store } })

const commands = [['status'], ['rejected', 'list'], ['rejected', 'retry'], ['rejected', 'export'], ['erase', '__a']]

test.each(commands)('a command without a database makes none and says where it looked: %s %s', async (...argv) => {
  const { code, out, err } = await run(argv, `sqlite:${folder.file('s.db')}`)
  expect([code, out]).toEqual([2, ''])
  expect(err).toBe(
    `pushferry: there is no database ${folder.file('s.db')}: set PUSHFERRY_STORE to the relay's database, or run the command in its folder\n`,
  )
})

test('a path relative to the working folder is named in full', async () => {
  const { err } = await run(['status'], 'sqlite:no-such-store.db')
  expect(err).toContain(`there is no database ${resolve('no-such-store.db')}: `)
  writeFileSync(folder.file('a.csv'), 'objectId,type,id\n__a,fcm,t\n')
  const imported = await run(['import', folder.file('a.csv'), '--enqueue-only'], 'sqlite:no-such-folder/s.db')
  expect(imported.err).toContain(`there is no folder ${resolve('no-such-folder')}: make it`)
})

test('an import says what is wrong with the file that PUSHFERRY_STORE names', async () => {
  writeFileSync(folder.file('a.csv'), 'objectId,type,id\n__a,fcm,t\n')
  mkdirSync(folder.file('sub'))
  const said = async (name: string): Promise<[number, string]> => {
    const { code, err } = await run(['import', folder.file('a.csv'), '--enqueue-only'], `sqlite:${folder.file(name)}`)
    return [code, err.trimEnd().split('\n').at(-1) ?? '']
  }
  expect(await said('no/s.db')).toEqual([
    1,
    expect.stringContaining(`there is no folder ${folder.file('no')}: make it`),
  ])
  expect(await said('sub')).toEqual([1, expect.stringContaining('is a folder: PUSHFERRY_STORE is the name of a file')])
  expect(await said('a.csv')).toEqual([
    1,
    expect.stringContaining('a.csv, which PUSHFERRY_STORE names, is not a database'),
  ])
})

test('a PostgreSQL that does not answer is named by host and port, never by its password', async () => {
  const { code, err } = await run(['status'], 'postgres://me:a-secret@127.0.0.1:9/x')
  expect(code).toBe(1)
  expect(err).toMatch(/does PostgreSQL run at 127\.0\.0\.1:9, and are user, password and database/)
  expect(err).not.toContain('a-secret')
})
