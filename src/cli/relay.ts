import { once } from 'node:events'
import { createRelay, RelayError } from '../relay/index.ts'
import { CliError } from './cli-error.ts'
import type { DefineCommand } from './commands.ts'
import type { Io } from './io.ts'
import { storeExitCode } from './store-exit-code.ts'

const help = `
Settings come from the environment. Required:
  CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE (or CLEVERTAP_PASSCODE_FILE), CLEVERTAP_REGION
and at least one of:
  PUSHFERRY_ORIGINS    the sites whose browsers may register
  PUSHFERRY_API_KEYS   the keys of the backends that may post

It logs JSON lines to standard output. Ctrl-C or SIGTERM: no more intake, up to ten seconds for requests in flight, the
rest is kept for the next start. A second one ends it at once; nothing is lost by that either.

Examples:
  $ CLEVERTAP_ACCOUNT_ID=… CLEVERTAP_PASSCODE_FILE=/run/secrets/clevertap CLEVERTAP_REGION=eu1 \\
    PUSHFERRY_ORIGINS=https://www.example.com pushferry relay`

const relay = async ({ env, interruption }: Io): Promise<void> => {
  const interrupted = interruption()
  const running = createRelay({ env })
  try {
    await running.start()
  } catch (error) {
    throw error instanceof RelayError
      ? new CliError(error.message, storeExitCode(error.cause), { cause: error })
      : error
  }
  if (!interrupted.aborted) await once(interrupted, 'abort')
  await running.stop()
}

/** `pushferry relay`. Runs until it is interrupted; then the exit code is 0. */
export const defineRelay: DefineCommand = (command, io) => {
  command
    .description('Runs the relay: takes tokens in, stores them, and uploads them to CleverTap.')
    .addHelpText('after', help)
    .action(() => relay(io))
}
