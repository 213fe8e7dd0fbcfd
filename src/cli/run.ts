import { Command, CommanderError } from 'commander'
import { ConfigError } from '../relay/config/error.ts'
import { CliError } from './cli-error.ts'
import { calledName, commandWords } from './command-words.ts'
import { type CommandEntry, commands } from './commands.ts'
import { missingFrom, readEnvFile } from './env-file.ts'
import type { ExitCode, Io } from './io.ts'
import { readVersion } from './version.ts'

const oneLine = (message: string): string => message.trim().replace(/\s*\n\s*/g, ' ')

/** Commander's message for a wrong command line, with the allowed values where commander omits them. */
const usageError = (message: string, table: readonly CommandEntry[], called: string | undefined): string => {
  const allowed =
    message.includes('unknown command') && called === undefined
      ? `: there are ${table.map(({ name }) => name).join(', ')}`
      : message.includes(' is invalid')
        ? ''
        : `; see pushferry ${called === undefined ? '' : `${called} `}--help`
  return `pushferry: ${oneLine(message).replace(/^error: |\.$/g, '')}${allowed}\n`
}

const complain = ({ stderr, env }: Io, error: unknown): ExitCode => {
  // Commander has already written its message. Help and version are such errors too, with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof CliError || error instanceof ConfigError) {
    stderr.write(`pushferry: ${oneLine(error.message)}\n`)
    return error instanceof CliError ? error.exitCode : 2
  }
  const isDebug = env.PUSHFERRY_LOG_LEVEL === 'debug'
  const message = error instanceof Error ? (isDebug ? error.stack : oneLine(error.message)) : String(error)
  stderr.write(`pushferry: unexpected: ${message}${isDebug ? '' : ' (PUSHFERRY_LOG_LEVEL=debug shows where)'}\n`)
  return 1
}

/** Adds `--env-file` to a command, or to its sub-commands if it has any. */
const addEnvFile = (command: Command): void => {
  if (command.commands.length > 0) command.commands.forEach(addEnvFile)
  else
    command.option(
      '-e, --env-file <file>',
      'read settings from this file of NAME=value lines; the environment has precedence; can be repeated, the last file wins',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
}

/** Adds the settings of the files, the last one first, to the environment before the command reads it. */
const applyEnvFiles = (io: Io, files: readonly string[]): void => {
  for (const values of files.map(readEnvFile).reverse()) io.setEnv(missingFrom(io.env, values))
}

/**
 * Runs one command line, without the first two words of `process.argv`, and resolves to its exit code. Never rejects. Loads
 * only the command that is called.
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
    // Without this the program itself would consume the `--` that is meant for a command.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (message) => void io.stdout.write(message),
      writeErr: (message) => void io.stderr.write(message),
      outputError: (message, write) => write(usageError(message, table, entry?.name)),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration.')
  try {
    for (const { name, summary, load } of table) {
      const command = program.command(name).summary(summary).description(summary)
      if (name !== called) continue
      const define = await load()
      define(command, io, exitWith)
      addEnvFile(command)
      command.hook('preAction', (_, action) => applyEnvFiles(io, action.opts<{ envFile?: string[] }>().envFile ?? []))
    }
    await program.parseAsync(commandWords(argv, entry), { from: 'user' })
    return exitCode
  } catch (error) {
    return complain(io, error)
  }
}
