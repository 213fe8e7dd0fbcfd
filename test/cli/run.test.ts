import { expect, test } from 'vitest'
import { CliError } from '../../src/cli/cli-error.ts'
import type { CommandEntry, DefineCommand } from '../../src/cli/commands.ts'
import { commands } from '../../src/cli/commands.ts'
import { ConfigError } from '../../src/relay/config/error.ts'
import { runCli } from './run-cli.ts'

const entry = (name: string, define: DefineCommand, more: Partial<CommandEntry> = {}): CommandEntry => ({
  name,
  summary: `does ${name}`,
  load: async () => define,
  ...more,
})
const throwing = (error: unknown): CommandEntry =>
  entry('fly', (command) => {
    command.action(() => {
      throw error
    })
  })

test('--version prints the version of the package', async () => {
  expect(await runCli(['--version'])).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: '' })
})

test('--help lists every command with its summary and loads none', async () => {
  const notLoaded = { load: () => Promise.reject(new Error('loaded')) }
  const table = [entry('one', () => {}, notLoaded), entry('two', () => {}, notLoaded)]
  const { code, out } = await runCli(['--help'], { commands: table })
  expect(code).toBe(0)
  expect(out).toMatch(/one +does one\n +two +does two/)
})

test('nothing at all is wrong usage and shows the help', async () => {
  const { code, out, err } = await runCli([])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain('Usage: pushferry')
})

test.each(commands.map(({ name }) => name))(
  '--help of a command says the same as help, with examples: %s',
  async (name) => {
    const { code, out } = await runCli([name, '--help'])
    expect(code).toBe(0)
    expect(out).toContain(`Usage: pushferry ${name}`)
    expect(out.split('Examples:\n  $ ')[1]).toContain(`pushferry ${name}`)
    expect(await runCli(['help', name])).toEqual({ code: 0, out, err: '' })
  },
)

const known = `there are ${commands.map(({ name }) => name).join(', ')}`
test.each([
  [['simulat'], `unknown command 'simulat' (Did you mean simulate?): ${known}`],
  [['help', 'nonsense'], `unknown command 'nonsense': ${known}`],
  [['nonsense', '--help'], `unknown command 'nonsense': ${known}`],
  [['simulate', '--prt', '1'], "unknown option '--prt' (Did you mean --port?); see pushferry simulate --help"],
  [['-x'], "unknown option '-x'; see pushferry --help"],
  [
    ['simulate', '--port', 'x'],
    "option '--port <port>' argument 'x' is invalid. It must be a whole number from 0 to 65535",
  ],
  [['vapid', 'x'], "too many arguments for 'vapid'. Expected 0 arguments but got 1; see pushferry vapid --help"],
])('%j: one line on stderr and exit code 2', async (argv, message) => {
  expect(await runCli(argv)).toEqual({ code: 2, out: '', err: `pushferry: ${message}\n` })
})

test.each([
  [new CliError('the wind is wrong:\n  wait', 1), 1, 'the wind is wrong: wait'],
  [new CliError('no such wing', 2), 2, 'no such wing'],
  [new ConfigError('PUSHFERRY_PORT must be a whole number'), 2, 'PUSHFERRY_PORT must be a whole number'],
  [new Error('broken'), 1, 'unexpected: broken (PUSHFERRY_LOG_LEVEL=debug shows where)'],
])('a command that throws %s ends with %i and one line', async (error, code, message) => {
  expect(await runCli(['fly'], { commands: [throwing(error)] })).toEqual({
    code,
    out: '',
    err: `pushferry: ${message}\n`,
  })
})

test('a fault of the program shows where it is when asked to', async () => {
  const env = { PUSHFERRY_LOG_LEVEL: 'debug' }
  const { err } = await runCli(['fly'], { env, commands: [throwing(new Error('broken'))] })
  expect(err).toContain('run.test.ts')
})

test('objectIds that begin with a dash are arguments where a command takes objectIds, also below a sub-command', async () => {
  const seen: unknown[] = []
  const define: DefineCommand = (command) => {
    command
      .command('retry')
      .argument('<ids...>')
      .option('--json')
      .action((ids, options) => void seen.push([ids, options]))
  }
  const table = [entry('rejected', define, { takesObjectIds: true })]
  await runCli(['rejected', 'retry', '-HwB9', '__a', '--json'], { commands: table })
  await runCli(['rejected', 'retry', '--', '-h', '-HwB9'], { commands: table })
  expect(seen).toEqual([
    [['__a', '-HwB9'], { json: true }],
    [['-h', '-HwB9'], {}],
  ])
  expect((await runCli(['rejected', 'retry', '-h'], { commands: table })).out).toContain(
    'Usage: pushferry rejected retry',
  )
})
