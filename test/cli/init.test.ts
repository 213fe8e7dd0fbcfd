import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseEnvFile } from '../../src/cli/env-file.ts'
import { loadConfig } from '../../src/relay/config/index.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { runCli, start } from './run-cli.ts'

let folder: TemporaryFolder
let file: string
beforeEach(() => {
  folder = temporaryFolder()
  file = folder.file('pushferry.env')
})
afterEach(() => folder.remove())

const vapidKey = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8'
const passcodeFile = (): string => {
  writeFileSync(folder.file('passcode'), 'PASSCODE\n')
  return folder.file('passcode')
}
const options = (): string[] => ['--account-id', 'ABC-123', '--passcode-file', passcodeFile(), '--region', 'in1']
const init = (...more: string[]) => runCli(['init', '--file', file, ...options(), ...more])
const written = () => Object.fromEntries(parseEnvFile(readFileSync(file, 'utf8'), file))

test('writes settings that a relay starts with, readable by the user alone', async () => {
  const { code, err } = await init('--origins', 'https://www.example.com', '--vapid-public-key', vapidKey)
  expect([code, err]).toEqual([0, ''])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const { accounts, warnings, adminKey } = loadConfig(written())
  expect(accounts).toMatchObject([
    { id: 'ABC-123', passcode: 'PASSCODE', origins: ['https://www.example.com'], vapidPublicKey: vapidKey },
  ])
  expect([adminKey?.length, warnings]).toEqual([32, []])
})

test('writes a list of the environment with a line for each entry in one line', async () => {
  const env = { PUSHFERRY_ORIGINS: 'https://www.example.com\n  https://example.com,\nhttps://shop.example\n' }
  const { code, out } = await runCli(['init', '--file', file, ...options()], { env })
  expect([code, out]).toEqual([0, expect.stringContaining('npx pushferry doctor https://www.example.com ')])
  expect(loadConfig(written()).accounts[0]?.origins).toEqual([
    'https://www.example.com',
    'https://example.com',
    'https://shop.example',
  ])
})

test('says commands that a shell reads, also for a file with a space in its name', async () => {
  const spaced = folder.file("it's mine.env")
  const { out } = await runCli(['init', '--file', spaced, ...options()])
  expect(out).toContain(`npx pushferry relay --env-file '${spaced.replace("'", "'\\''")}' `)
})

test('says what to do about a wrong value', async () => {
  const { code, err } = await init('--origins', 'www.example.com')
  expect([code, err]).toEqual([2, expect.stringContaining('it does not begin with https://')])
})

test('says the next three commands, and none of the keys', async () => {
  const { out } = await init('--origins', 'https://www.example.com,https://example.com')
  expect(out.match(/npx pushferry \w+ \S+( \S+\.env)?/g)).toEqual([
    `npx pushferry check --env-file ${file}`,
    `npx pushferry relay --env-file ${file}`,
    'npx pushferry doctor https://www.example.com',
  ])
  for (const name of ['PUSHFERRY_API_KEYS', 'PUSHFERRY_ADMIN_KEY', 'PUSHFERRY_SECRET'])
    expect(out).not.toContain(written()[name]?.replace('backend:', ''))
})

test('takes the credentials from the environment too', async () => {
  const env = { CLEVERTAP_ACCOUNT_ID: 'ABC-123', CLEVERTAP_PASSCODE: 'PASS#CODE', CLEVERTAP_REGION: 'us1' }
  expect((await runCli(['init', '--file', file], { env })).code).toBe(0)
  expect(loadConfig(written()).accounts).toMatchObject([{ passcode: 'PASS#CODE' }])
})

test('takes the path of the passcode and the address of the API from the environment too', async () => {
  const env = {
    CLEVERTAP_ACCOUNT_ID: 'ABC-123',
    CLEVERTAP_PASSCODE_FILE: relative('.', passcodeFile()),
    CLEVERTAP_URL: 'http://127.0.0.1:8091',
  }
  expect(await runCli(['init', '--file', file], { env })).toMatchObject({ code: 0, err: '' })
  expect(written()).toMatchObject({
    CLEVERTAP_PASSCODE_FILE: folder.file('passcode'),
    CLEVERTAP_URL: env.CLEVERTAP_URL,
  })
  expect(loadConfig(written()).accounts).toMatchObject([{ passcode: 'PASSCODE', apiOrigin: env.CLEVERTAP_URL }])
})

test('an option wins over the environment, by whatever name that sets the same', async () => {
  const env = { CLEVERTAP_PASSCODE_FILE: '/nope', CLEVERTAP_URL: 'http://127.0.0.1:8091' }
  expect((await runCli(['init', '--file', file, ...options()], { env })).code).toBe(0)
  expect(loadConfig(written()).accounts).toMatchObject([
    { passcode: 'PASSCODE', apiOrigin: 'https://in1.api.clevertap.com' },
  ])
})

test('says which value of the environment is wrong', async () => {
  const env = {
    CLEVERTAP_ACCOUNT_ID: 'ABC-123',
    CLEVERTAP_PASSCODE_FILE: '"/run/p"',
    CLEVERTAP_URL: 'http://127.0.0.1:9',
  }
  const { code, err } = await runCli(['init', '--file', file], { env })
  expect([code, err]).toEqual([2, expect.stringContaining('CLEVERTAP_PASSCODE_FILE is wrapped in quotes')])
})

describe('on a terminal', () => {
  /** Types all answers ahead, as a paste does. */
  const converse = async (answers: readonly string[], ...argv: string[]) => {
    const stdin = new PassThrough()
    const ran = start(['init', '--file', file, ...argv], { stdin, stdinIsTTY: true })
    for (const answer of answers) stdin.write(`${answer}\n`)
    stdin.end()
    return { code: await ran.code, out: ran.out(), err: ran.err() }
  }

  test('asks for what is missing and does not show the passcode', async () => {
    const stdin = new PassThrough()
    const ran = start(['init', '--file', file], { stdin, stdinIsTTY: true })
    for (const [question, answer] of [
      ['account id', 'ABC-123'],
      ['Passcode', 'hidden-passcode'],
      ['Region', 'eu1'],
      ['Origins', 'https://www.example.com'],
      ['Public key', vapidKey],
    ] as const) {
      await ran.complained(question)
      stdin.write(`${answer}\n`)
    }
    expect(await ran.code).toBe(0)
    const err = ran.err()
    expect(loadConfig(written()).accounts).toMatchObject([{ passcode: 'hidden-passcode', vapidPublicKey: vapidKey }])
    expect(err).toContain('Passcode of the account: ')
    expect(err).not.toContain('hidden-passcode')
  })
  test('asks again for an answer that is not allowed, and says what is', async () => {
    const { code, err } = await converse(['www.example.com/shop', 'https://www.example.com', ''], ...options())
    expect(code).toBe(0)
    expect(err.match(/Origins of your site/g)).toHaveLength(2)
    expect(err).toContain('  It must be ')
  })
  test('asks again for a required value that is left empty', async () => {
    const { err } = await converse(['', 'ABC-123'])
    expect(err.match(/CleverTap account id/g)).toHaveLength(2)
    expect(err).toContain('  It must not be empty.\n')
  })
  test('writes nothing when the input ends early', async () => {
    const { code, err } = await converse(['ABC-123'])
    const reason = 'pushferry: the input ended before all questions were answered. Nothing was written'
    expect([code, err]).toEqual([1, expect.stringContaining(reason)])
    expect(() => statSync(file)).toThrow('ENOENT')
  })
})

describe('the mistakes of a site owner', () => {
  const refused = async (argv: readonly string[], env = {}) => {
    const { code, out, err } = await runCli(['init', '--file', file, ...argv], { env })
    expect([code, out]).toEqual([2, ''])
    return err
  }
  test('no terminal and no options: names those that are missing', async () => {
    expect(await refused([])).toContain('give --account-id, --passcode-file, --region (or CLEVERTAP_ACCOUNT_ID,')
    expect(() => statSync(file)).toThrow('ENOENT')
  })
  test('the file exists: it stays as it is', async () => {
    writeFileSync(file, 'precious')
    expect(await refused(options())).toContain('exists, and init never overwrites a file')
    expect(readFileSync(file, 'utf8')).toBe('precious')
  })
  test('the file is a link that leads nowhere: nothing is written through it', async () => {
    symlinkSync(folder.file('elsewhere'), file)
    expect(await refused(options())).toContain('exists, and init never overwrites a file')
    expect(() => statSync(folder.file('elsewhere'))).toThrow('ENOENT')
  })
  test('no such folder ends with 1', async () => {
    const { code, err } = await init('--file', folder.file('none/pushferry.env'))
    expect([code, err]).toEqual([1, expect.stringContaining('cannot be written (ENOENT)')])
  })
  test('the passcode file does not exist, or is empty', async () => {
    expect(await refused([...options(), '--passcode-file', folder.file('none')])).toContain(
      'CLEVERTAP_PASSCODE_FILE must',
    )
    writeFileSync(folder.file('empty'), '\n')
    expect(await refused([...options(), '--passcode-file', folder.file('empty')])).toContain('not empty')
  })
  test('an origin with a path', async () => {
    expect(await refused([...options(), '--origins', 'https://www.example.com/shop'])).toContain('--origins must be')
  })
  test('the private half of the VAPID pair in the place of the public', async () => {
    const err = await refused([...options(), '--vapid-public-key', 'Q2hlY2sgdGhlIHByaXZhdGUgaGFsZiBvZiBhIHBhaXI'])
    expect(err).toContain('--vapid-public-key must be the public key')
    expect(err).not.toContain('Q2hlY2s')
  })
  test('the name of a country as region', async () => {
    expect(await refused([...options(), '--region', 'Europe'])).toContain('--region must be a region such as eu1')
  })
  test('the passcode on the command line: there is no such option', async () => {
    expect(await refused([...options(), '--passcode', 'x'])).toContain("unknown option '--passcode'")
  })
})
