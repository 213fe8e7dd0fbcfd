import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CommandEntry, commands } from '../../src/cli/commands.ts'
import { missingFrom, parseEnvFile } from '../../src/cli/env-file.ts'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'
import { runCli } from './run-cli.ts'

const parse = (text: string): Record<string, string> => Object.fromEntries(parseEnvFile(text, 'my.env'))

describe('reading an environment file', () => {
  test('takes NAME=value lines and skips blank lines and comments', () => {
    expect(parse('A=1\n\n# a comment\n  # another\nB = two words \n')).toEqual({ A: '1', B: 'two words' })
  })
  test('keeps a # inside a value, as Docker and systemd do', () => {
    expect(parse('CLEVERTAP_PASSCODE=abc#def')).toEqual({ CLEVERTAP_PASSCODE: 'abc#def' })
  })
  test('keeps every = after the first', () => {
    expect(parse('KEY=YWJj==')).toEqual({ KEY: 'YWJj==' })
  })
  test('takes the quotes off a value that is quoted as a whole, and no others', () => {
    expect(parse(`A="x y"\nB='z'\nC="half\nD=a"b"`)).toEqual({ A: 'x y', B: 'z', C: '"half', D: 'a"b"' })
  })
  test('takes a file with the line ends of old Macs', () => {
    expect([...parseEnvFile('A=1\rB=2\r', 'f')]).toEqual([
      ['A', '1'],
      ['B', '2'],
    ])
  })
  test('takes a file with a byte order mark, Windows line ends and export in front of names', () => {
    expect(parse('\uFEFFA=1\r\nexport B=2\r\n')).toEqual({ A: '1', B: '2' })
  })
  test('refuses a line without = by its number and does not print it', () => {
    expect(() => parse('A=1\nsecret-passcode')).toThrow(/^my\.env, line 2 is not NAME=value\. Correct it/)
    expect(() => parse('secret-passcode')).not.toThrow(/secret-passcode/)
  })
  test('refuses a name that is set twice', () => {
    expect(() => parse('A=1\nA=2')).toThrow('my.env, line 2 sets A a second time. Keep one of the two lines')
  })
  test('refuses UTF-16 without a byte order mark', () => {
    expect(() => parse(Buffer.from('A=1', 'utf16le').toString())).toThrow('my.env is not UTF-8. Save it as UTF-8')
  })
})

describe('the environment and the file', () => {
  test('the environment wins over the file', () => {
    expect(missingFrom({ A: 'env' }, new Map(Object.entries({ A: 'file', B: 'file' })))).toEqual({ B: 'file' })
  })
  test('an empty variable counts as not set', () => {
    expect(missingFrom({ A: ' ' }, new Map([['A', 'file']]))).toEqual({ A: 'file' })
  })
  test('the port that Kubernetes sets for a Service called pushferry does not win over the file', () => {
    expect(missingFrom({ PUSHFERRY_PORT: 'tcp://10.0.0.1:80' }, new Map([['PUSHFERRY_PORT', '9000']]))).toEqual({
      PUSHFERRY_PORT: '9000',
    })
  })
  test('a secret in the environment wins over its _FILE in the file, and the other way round', () => {
    expect(missingFrom({ KEY: 'env' }, new Map([['KEY_FILE', '/k']]))).toEqual({})
    expect(missingFrom({ KEY_FILE: '/k' }, new Map([['KEY', 'file']]))).toEqual({})
  })
})

describe("the environment and the file on CleverTap's API", () => {
  test('a region in the environment wins over a URL in the file, and the other way round', () => {
    expect(missingFrom({ CLEVERTAP_REGION: 'in1' }, new Map([['CLEVERTAP_URL', 'http://127.0.0.1:9']]))).toEqual({})
    expect(missingFrom({ CLEVERTAP_URL: 'http://127.0.0.1:9' }, new Map([['CLEVERTAP_REGION', 'in1']]))).toEqual({})
  })
})

describe('--env-file', () => {
  let folder: TemporaryFolder
  beforeEach(() => {
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())
  const write = (name: string, text: string): string => {
    writeFileSync(folder.file(name), text)
    return folder.file(name)
  }

  test.each(commands.map(({ name }) => name))('is an option of every command, also of %s', async (name) => {
    const subcommand = name === 'rejected' ? ['list'] : []
    expect((await runCli([name, ...subcommand, '--help'])).out).toContain('-e, --env-file <file>')
  })
  test('gives a command the settings of the file', async () => {
    const file = write('a.env', 'CLEVERTAP_ACCOUNT_ID=ABC-123\nPUSHFERRY_STORE=sqlite:/nowhere/from-file.db\n')
    const { code, err } = await runCli(['status', '--env-file', file])
    expect([code, err]).toEqual([2, expect.stringContaining('/nowhere/from-file.db')])
  })
  test('gives them to a subcommand whose arguments are CleverTap IDs', async () => {
    const file = write('a.env', 'CLEVERTAP_ACCOUNT_ID=ABC-123\nPUSHFERRY_STORE=sqlite:/nowhere/from-file.db\n')
    const { code, err } = await runCli(['rejected', 'retry', '--env-file', file, '-HwB9gZWb3Rc'])
    expect([code, err]).toEqual([2, expect.stringContaining('/nowhere/from-file.db')])
  })
  test('loses to the environment', async () => {
    const file = write('a.env', 'CLEVERTAP_ACCOUNT_ID=ABC-123\nPUSHFERRY_STORE=sqlite:/nowhere/from-file.db\n')
    const env = { PUSHFERRY_STORE: 'sqlite:/nowhere/from-environment.db' }
    expect((await runCli(['status', '--env-file', file], { env })).err).toContain('/nowhere/from-environment.db')
  })
  test('takes several files, of which the last wins', async () => {
    const first = write('a.env', 'CLEVERTAP_ACCOUNT_ID=ABC-123\nPUSHFERRY_STORE=sqlite:/nowhere/first.db\n')
    const last = write('b.env', 'PUSHFERRY_STORE=sqlite:/nowhere/last.db\n')
    expect((await runCli(['status', '--env-file', first, '--env-file', last])).err).toContain('/nowhere/last.db')
  })
  test('takes several files, of which the last wins also where it sets the same by another name', async () => {
    const command: CommandEntry = {
      name: 'shows',
      summary: 'prints its environment',
      load: async () => (command, io, exitWith) =>
        command.action(() => {
          io.stdout.write(JSON.stringify(io.env))
          exitWith(0)
        }),
    }
    const first = write('a.env', 'CLEVERTAP_PASSCODE=one\nCLEVERTAP_URL=https://one.example\n')
    const last = write('b.env', 'CLEVERTAP_PASSCODE_FILE=/two\nCLEVERTAP_REGION=in1\n')
    const { out } = await runCli(['shows', '-e', first, '--env-file', last], { commands: [command] })
    expect(JSON.parse(out)).toEqual({ CLEVERTAP_PASSCODE_FILE: '/two', CLEVERTAP_REGION: 'in1' })
  })
  test('that does not exist ends the command with 2 and says what writes one', async () => {
    expect(await runCli(['status', '--env-file', folder.file('none.env')])).toEqual({
      code: 2,
      out: '',
      err: `pushferry: --env-file: ${folder.file('none.env')} does not exist. pushferry init writes one\n`,
    })
  })
  test('in UTF-16, as Windows PowerShell writes files, is read', async () => {
    const file = folder.file('a.env')
    writeFileSync(
      file,
      Buffer.from('\uFEFFCLEVERTAP_ACCOUNT_ID=ABC-123\r\nPUSHFERRY_STORE=sqlite:/none/such.db\r\n', 'utf16le'),
    )
    const { code, err } = await runCli(['status', '-e', file])
    expect([code, err]).toEqual([2, expect.stringContaining('there is no database /none/such.db')])
  })
  test('that is a folder ends the command with 2', async () => {
    const { code, err } = await runCli(['status', '--env-file', folder.path])
    expect([code, err]).toEqual([2, expect.stringContaining('is a folder')])
  })
  test('with an unknown setting names it and is refused, as in the environment', async () => {
    const file = write('a.env', 'CLEVERTAP_ACCOUNT_ID=ABC-123\nPUSHFERRY_ORIGIN=https://www.example.com\n')
    const { code, err } = await runCli(['status', '--env-file', file])
    expect([code, err]).toEqual([2, expect.stringContaining('did you mean PUSHFERRY_ORIGINS?')])
  })
})
