import { chooseAccounts } from './choose-accounts.ts'
import type { DefineCommand } from './commands.ts'
import type { ExitCode, Io } from './io.ts'
import { paintFor } from './paint.ts'
import { describeStatus, historyMs, isInTrouble, reportStatus } from './status-report.ts'
import { storeConfig } from './store-accounts.ts'
import { withStore } from './with-store.ts'

interface StatusOptions {
  account?: string
  json?: true
}

/** Reads the store and prints the accounts' status. Resolves to 1 when an account is in trouble, else 0. */
const status = async (options: StatusOptions, io: Io, now: () => number = Date.now): Promise<ExitCode> => {
  const config = storeConfig(io, options.account)
  const accounts = chooseAccounts(config, options.account)
  const reports = await withStore(config, { mustExist: true }, (store) =>
    Promise.all(
      accounts.map(async ({ id }) => {
        const [counts, history, holders] = await Promise.all([
          store.counts(id),
          store.history(id, now() - historyMs),
          store.holders(),
        ])
        return reportStatus(id, { counts, history, holders }, now())
      }),
    ),
  )
  const paint = paintFor(io.stdout, io.env)
  io.stdout.write(
    options.json
      ? `${JSON.stringify({ accounts: reports }, undefined, 2)}\n`
      : reports.map((report) => describeStatus(report, now(), paint)).join('\n'),
  )
  return reports.some((report) => isInTrouble(report, now())) ? 1 : 0
}

/** `pushferry status`. */
export const defineStatus: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      'Shows the queue, recent events, failures by code, and whether uploads succeed, from the store. Works also with a running ' +
        'relay. Reads PUSHFERRY_STORE and CLEVERTAP_ACCOUNT_ID.',
    )
    .option('--account <id>', 'the account; default: all configured ones')
    .option('--json', 'print the same as JSON')
    .addHelpText(
      'after',
      `
Exit code 0; 1 when the uploads of an account are suspended or fail, or when a record has waited for more than a minute and no
process uploads.

Examples:
  $ pushferry status
  $ watch -n 5 pushferry status
  $ pushferry status --json | jq '.accounts[] | {account, waiting: (.queue.live + .queue.unproved + .queue.import)}'`,
    )
    .action(async (options: StatusOptions) => exitWith(await status(options, io)))
}
