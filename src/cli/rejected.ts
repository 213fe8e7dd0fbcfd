import { type Command, Option } from 'commander'
import { ImportError } from '../import/error.ts'
import { createOwnerFile, type OwnerFile } from '../import/owner-file.ts'
import { count, counted } from '../relay/operations/status/view/words.ts'
import type { RejectedRow, Store } from '../relay/store/port.ts'
import { checkObjectIds } from './check-object-ids.ts'
import { chooseAccount } from './choose-accounts.ts'
import { CliError } from './cli-error.ts'
import type { DefineCommand } from './commands.ts'
import type { ExitCode, Io } from './io.ts'
import { wholeNumberArgument } from './number-argument.ts'
import { type ExportFormat, exportFormats, exportRejected } from './rejected-export.ts'
import { rejectedPages } from './rejected-pages.ts'
import { storeConfig } from './store-accounts.ts'
import { withStore } from './with-store.ts'

interface WhichOptions {
  account?: string
  code?: number
  json?: true
}

const onAccount = <T>(
  io: Io,
  { account: wanted }: WhichOptions,
  use: (store: Store, account: string) => Promise<T>,
): Promise<T> => {
  const config = storeConfig(io, wanted)
  const { id } = chooseAccount(config, wanted)
  return withStore(config, { mustExist: true }, (store) => use(store, id))
}

const listed = ({ objectId, type, error, attempts, receivedAt, settledAt, token, cursor }: RejectedRow) => ({
  objectId,
  type,
  code: error.code,
  message: error.message,
  attempts,
  receivedAt,
  settledAt,
  retryable: token !== null,
  cursor,
})

/** The reason that some rows cannot be queued again or exported. */
const noToken = (rows: number): string =>
  `pushferry: the ${rows === 1 ? 'token' : 'tokens'} of ${counted(rows, 'record')} ${rows === 1 ? 'was' : 'were'} not kept, because the browser gave no proof: it sends the token again automatically\n`

const describe = ({ objectId, type, error, settledAt, receivedAt }: RejectedRow): string =>
  `${new Date(settledAt ?? receivedAt).toISOString().slice(0, 19)}Z  ${error.code}  ${type.padEnd(6)}  ${objectId}  ${error.message}\n`

const list = (options: WhichOptions & { limit: number; after?: number }, io: Io): Promise<ExitCode> =>
  onAccount<ExitCode>(io, options, async (store, account) => {
    const { code, limit, after, json } = options
    const rows = await store.rejected(account, {
      limit,
      ...(code === undefined ? {} : { code }),
      ...(after === undefined ? {} : { after }),
    })
    const next = rows.length === limit ? (rows.at(-1)?.cursor ?? null) : null
    if (json) io.stdout.write(`${JSON.stringify({ account, records: rows.map(listed), next }, undefined, 2)}\n`)
    else {
      io.stdout.write(rows.map(describe).join(''))
      const { rejected } = await store.counts(account)
      if (rows.length === 0)
        io.stderr.write(code === undefined ? 'no record is rejected\n' : `no record is rejected with code ${code}\n`)
      else if (next !== null) io.stderr.write(`${count(rejected)} in all; the next page: --after ${next}\n`)
    }
    return 0
  })

/** Number of the requested rows that cannot be queued again, because they have no token. */
const unkeptRows = async (
  store: Store,
  account: string,
  objectIds: readonly string[],
  code: number | undefined,
): Promise<number> => {
  const named = new Set(objectIds)
  let rows = 0
  for await (const page of rejectedPages(store, account, { code }))
    rows += page.filter(({ token, objectId }) => token === null && (named.size === 0 || named.has(objectId))).length
  return rows
}

const retry = async (objectIds: readonly string[], options: WhichOptions, io: Io): Promise<ExitCode> => {
  checkObjectIds(objectIds)
  return onAccount<ExitCode>(io, options, async (store, account) => {
    const { code, json } = options
    const retried = await store.retryRejected(account, {
      ...(objectIds.length > 0 ? { objectIds } : {}),
      ...(code === undefined ? {} : { code }),
    })
    const unkept = await unkeptRows(store, account, objectIds, code)
    const missed = Math.max(0, new Set(objectIds).size - retried - unkept)
    if (json) io.stdout.write(`${JSON.stringify({ account, queued: retried })}\n`)
    else
      io.stdout.write(
        `${counted(retried, 'record')} ${retried === 1 ? 'is' : 'are'} queued again${retried === 0 ? '' : ', for a relay to upload'}\n`,
      )
    if (unkept > 0) io.stderr.write(noToken(unkept))
    if (missed > 0)
      io.stderr.write(`pushferry: ${count(missed)} of those given ${missed === 1 ? 'is' : 'are'} not rejected\n`)
    return missed > 0 || (objectIds.length > 0 && unkept > 0) ? 1 : 0
  })
}

const openOutput = (path: string): OwnerFile => {
  try {
    return createOwnerFile(path, '--file')
  } catch (error) {
    throw error instanceof ImportError ? new CliError(error.message, 2, { cause: error }) : error
  }
}

const exportAll = (options: WhichOptions & { format: ExportFormat; file?: string }, io: Io): Promise<ExitCode> =>
  onAccount<ExitCode>(io, options, async (store, account) => {
    const { code, format, file: path, json } = options
    const file = path === undefined ? undefined : openOutput(path)
    try {
      const which = { code, format: json ? ('json' as const) : format }
      const { rows, withoutToken } = await exportRejected(store, account, which, file ?? io.stdout)
      if (file) io.stderr.write(`${counted(rows, 'record')} ${rows === 1 ? 'is' : 'are'} in ${path}\n`)
      if (withoutToken > 0) io.stderr.write(noToken(withoutToken))
    } catch (error) {
      throw error instanceof ImportError ? new CliError(error.message, 1, { cause: error }) : error
    } finally {
      file?.close()
    }
    return 0
  })

const which = (command: Command): Command =>
  command
    .option(
      '--code <code>',
      "only those that were rejected with this code of CleverTap's",
      wholeNumberArgument(0, 999_999),
    )
    .option('--account <id>', 'the account, if several are configured')

/** `pushferry rejected`. */
export const defineRejected: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      'Lists, retries or exports the records that CleverTap rejected. Works on the store, also while a relay runs. Reads ' +
        'PUSHFERRY_STORE and CLEVERTAP_ACCOUNT_ID.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ pushferry rejected list --code 535
  $ pushferry rejected retry --code 530
  $ pushferry rejected export --file rejected.csv    # fix it, then: pushferry import rejected.csv`,
    )
  which(command.command('list'))
    .description('Shows rejected records, the latest first, page by page.')
    .option('--limit <n>', 'records in a page', wholeNumberArgument(1, 10_000), 20)
    .option(
      '--after <cursor>',
      'show the page after this one; each page prints the value for the next',
      wholeNumberArgument(0, 1e15 - 1),
    )
    .option('--json', 'print the page as JSON')
    .action(async (options: WhichOptions & { limit: number; after?: number }) => exitWith(await list(options, io)))
  which(command.command('retry'))
    .description(
      'Queues rejected records again: those of the given CleverTap IDs, those of a code, or all. A record of a browser ' +
        'without proof has no token and cannot be queued again; the browser registers again automatically.',
    )
    .argument('[objectId...]', 'CleverTap IDs; without any, all')
    .option('--json', 'print {"account", "queued"}')
    .action(async (objectIds: string[], options: WhichOptions) => exitWith(await retry(objectIds, options, io)))
  which(command.command('export'))
    .description(
      'Prints all rejected records, tokens included, as pushferry import reads them, with code and reason; except records of ' +
        'browsers without proof, whose tokens are not kept.',
    )
    .option('--file <file>', 'write to this file instead, readable by its owner only; replaces earlier content')
    .addOption(new Option('--format <format>', 'format to print').choices(exportFormats).default('csv'))
    .option('--json', 'the same as --format json: {"d":[…]}')
    .action(async (options: WhichOptions & { format: ExportFormat; file?: string }) =>
      exitWith(await exportAll(options, io)),
    )
}
