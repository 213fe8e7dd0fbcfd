import { Command, CommanderError } from 'commander'
import { ConfigError } from '../relay/config/error.ts'
import { CliError } from './cli-error.ts'
import { calledName, commandWords } from './command-words.ts'
import { type CommandEntry, commands } from './commands.ts'
import type { ExitCode, Io } from './io.ts'
import { readVersion } from './version.ts'

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' ')

/** Commander's words for a wrong command line, with what is allowed where it does not say so itself. */
const usageError = (text: string, table: readonly CommandEntry[], called: string | undefined): string => {
  const allowed =
    text.includes('unknown command') && called === undefined
      ? `: there are ${table.map(({ name }) => name).join(', ')}`
      : text.includes(' is invalid')
        ? ''
        : `; see pushferry ${called === undefined ? '' : `${called} `}--help`
  return `pushferry: ${oneLine(text).replace(/^error: |\.$/g, '')}${allowed}\n`
}

const complain = ({ stderr, env }: Io, error: unknown): ExitCode => {
  // Commander has written its text by now. Help and version are such errors as well, with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof CliError || error instanceof ConfigError) {
    stderr.write(`pushferry: ${oneLine(error.message)}\n`)
    return error instanceof CliError ? error.exitCode : 2
  }
  const isDebug = env.PUSHFERRY_LOG_LEVEL === 'debug'
  const text = error instanceof Error ? (isDebug ? error.stack : oneLine(error.message)) : String(error)
  stderr.write(`pushferry: unexpected: ${text}${isDebug ? '' : ' (PUSHFERRY_LOG_LEVEL=debug shows where)'}\n`)
  return 1
}

/**
 * Runs one command line, without the two leading words that a process has, and settles with its exit code. Never
 * rejects. Loads nothing but the command that is called.
 */
export const run = async (
  argv: readonly string[],
  io: Io,
  table: readonly CommandEntry[] = commands,
): Promise<ExitCode> => {
  let exitCode: ExitCode = 0
  const exitWith = (code: ExitCode): void => {
    exitCode = code
  }
  const called = calledName(argv)
  const entry = table.find(({ name }) => name === called)
  const program = new Command('pushferry')
    .description('Carries push tokens to CleverTap.')
    .version(readVersion())
    // Without this the program would swallow the `--` that is meant for a command.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(usageError(text, table, entry?.name)),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration.')
  try {
    for (const { name, summary, load } of table) {
      const command = program.command(name).summary(summary).description(summary)
      if (name === called) (await load())(command, io, exitWith)
    }
    await program.parseAsync(commandWords(argv, entry), { from: 'user' })
    return exitCode
  } catch (error) {
    return complain(io, error)
  }
}
