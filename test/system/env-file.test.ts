import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, symlinkSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let folder: TemporaryFolder
beforeEach(() => {
  accessSync(main) // npm run build makes it
  folder = temporaryFolder()
  writeFileSync(
    folder.file('my.env'),
    'CLEVERTAP_ACCOUNT_ID=ABC-123\nPUSHFERRY_STORE=sqlite:/nowhere/from-file.db\nNODE_OPTIONS=--no-such-option\n',
  )
})
afterEach(() => folder.remove())

/** Runs a line of bash in which `$NODE` and `$MAIN` start the built command line. */
const bash = async (line: string): Promise<{ code: unknown; err: string }> => {
  const env = { PATH: process.env.PATH, NODE: process.execPath, MAIN: main, FOLDER: folder.path }
  const child = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code, err }
}

const readTheFile = { code: 2, err: expect.stringContaining('/nowhere/from-file.db') }

test('-e reads the settings from a pipe and leaves NODE_OPTIONS in it alone', async () => {
  expect(await bash('"$NODE" "$MAIN" status -e <(cat "$FOLDER/my.env")')).toEqual(readTheFile)
  expect(await bash('"$NODE" "$MAIN" status -e "$FOLDER/my.env"')).toEqual(readTheFile)
})

test('-e does so in the installed command, which is a link to the file that starts itself', async () => {
  symlinkSync(main, folder.file('pushferry'))
  expect(await bash('"$FOLDER/pushferry" status -e <(cat "$FOLDER/my.env")')).toEqual(readTheFile)
})

test('--env-file does so too where -- stands before the script', async () => {
  expect(await bash('"$NODE" -- "$MAIN" status --env-file <(cat "$FOLDER/my.env")')).toEqual(readTheFile)
})

test('--env-file with a pipe that Node has emptied ends the command with one line that names -e', async () => {
  const { code, err } = await bash('"$NODE" "$MAIN" status --env-file <(grep -v NODE_ "$FOLDER/my.env")')
  expect(code).toBe(2)
  expect(err).toMatch(/^pushferry: --env-file: \/dev\/fd\/\d+ is a pipe that is empty\. .*: write -e instead\n$/)
})

test('-e with a file that does not exist, or a folder, ends the command with one line of ours', async () => {
  expect(await bash('"$NODE" "$MAIN" status -e /nope')).toEqual({
    code: 2,
    err: 'pushferry: --env-file: /nope does not exist. pushferry init writes one\n',
  })
  expect(await bash('"$NODE" "$MAIN" status -e "$FOLDER"')).toEqual({
    code: 2,
    err: `pushferry: --env-file: ${folder.path} is a folder. pushferry init writes one\n`,
  })
})
