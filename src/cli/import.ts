import { InvalidArgumentError, Option } from 'commander'
import { dryRun } from '../import/dry-run.ts'
import { ImportError } from '../import/error.ts'
import { readFieldMap, readTypeMap } from '../import/field-map.ts'
import { type Input, openInput } from '../import/input.ts'
import { type Join, openJoin } from '../import/join.ts'
import { olderToken } from '../import/newest.ts'
import { type Plan, planInput } from '../import/plan.ts'
import { probeSample } from '../import/probe.ts'
import { createRejects, type Rejects } from '../import/rejects.ts'
import { createProgress, type ImportEnd, type ImportProgress, runImport } from '../import/run.ts'
import { rejectedIn } from '../import/tally.ts'
import { createClevertapClient } from '../relay/clevertap/client.ts'
import type { StoreAccount, StoreConfig, WebType } from '../relay/config/index.ts'
import { duration } from '../relay/config/kinds.ts'
import { nameOfStore } from '../relay/store-name.ts'
import { createUploads } from '../relay/uploader/uploads.ts'
import { type TokenType, tokenTypes } from '../wire/record.ts'
import { chooseAccount } from './choose-accounts.ts'
import { CliError } from './cli-error.ts'
import type { DefineCommand } from './commands.ts'
import { nextSteps } from './import-end.ts'
import { describePlan, describeRecords } from './import-plan.ts'
import { describeProbe, isGood } from './import-probe.ts'
import { createImportProgress } from './import-progress.ts'
import { summaryJson, summaryTable } from './import-summary.ts'
import type { ExitCode, Io } from './io.ts'
import { keepHeapSmall } from './keep-heap-small.ts'
import { paintFor } from './paint.ts'
import { refuseSecondStdin } from './refuse-second-stdin.ts'
import { showProgress } from './status-line.ts'
import { storeConfig } from './store-accounts.ts'
import { withStore } from './with-store.ts'

interface ImportOptions {
  map?: readonly string[]
  mapType?: readonly string[]
  join?: readonly string[]
  on?: string
  type?: TokenType
  dryRun?: true
  replace?: true
  rejects?: string
  enqueueOnly?: true
  account?: string
  wait?: number
  json?: true
}

/**
 * A larger cache would not help, because rows come in the order of the index. A longer write-ahead log costs nothing, because
 * only the import waits for its commits; a relay on the same store has its own limit.
 *
 * A separate thread for SQLite would import a sixth more rows a second. That gain was not worth a protocol between threads.
 */
const storeOptions = { cacheBytes: 6 * 1024 * 1024, logPages: 8_000 }

/** An import that is about to begin. */
interface Job {
  options: ImportOptions
  io: Io
  /** The name of the store; undefined for a dry run. */
  store: string | undefined
  plans: readonly Plan[]
  rejects: Rejects | undefined
  progress: ImportProgress
  signal: AbortSignal
}

const planAll = async (
  names: readonly string[],
  options: ImportOptions,
  { stdin, stderr }: Io,
  webTypes: readonly WebType[],
  join: Join | undefined,
): Promise<Plan[]> => {
  const map = readFieldMap(options.map ?? [])
  const typeMap = readTypeMap(options.mapType ?? [])
  const plans: Plan[] = []
  for (const name of names)
    plans.push(
      await planInput(await openInput(name, stdin), { map, defaultType: options.type, typeMap, webTypes, join }),
    )
  for (const plan of plans) stderr.write(describePlan(plan, options.type))
  return plans
}

const joinAll = async (joinNames: readonly string[], on: string, { stdin, stderr }: Io): Promise<Join> => {
  const inputs: Input[] = []
  for (const name of joinNames) inputs.push(await openInput(name, stdin))
  stderr.write(`reading ${joinNames.join(', ')} for --join\n`)
  const join = await openJoin(inputs, on)
  for (const file of join.files) stderr.write(describeRecords(file))
  return join
}

/** Shows the progress while `work` runs, and a line when it is interrupted. */
const shown = async <T>(
  { io, progress, signal }: Job,
  state: Parameters<typeof createImportProgress>[1],
  work: () => Promise<T>,
): Promise<T> => {
  const line = showProgress(io, createImportProgress(progress, state))
  const onAbort = (): void => {
    io.stderr.write('\nstopping after the rows that are being stored; press Ctrl-C again to end at once\n')
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', onAbort)
    line.stop()
  }
}

const conclude = ({ options, io, store, progress, rejects }: Job, end: ImportEnd): ExitCode => {
  const { tally } = progress
  const { stdout, stderr, env } = io
  const isDry = options.dryRun === true
  rejects?.close()
  stdout.write(options.json ? summaryJson(tally) : summaryTable(tally, { how: end.how, isDry }, paintFor(stdout, env)))
  const rejected = rejectedIn(tally)
  const older = tally.skipped.get(olderToken) ?? 0
  stderr.write(nextSteps(end, { rejected, unmatched: tally.unmatched, older, rejects, store, isDry }))
  return rejected + tally.unmatched === 0 && (end.how === 'enqueued' || end.how === 'uploaded' || end.how === 'late')
    ? 0
    : 1
}

const idle = { upload: 'ok', reason: null, waitMs: 0, inFlight: 0, limit: 0 } as const

const clientOf = ({ id, apiOrigin, proxy, uploadTimeoutMs }: StoreAccount, passcode: string) =>
  createClevertapClient({ url: apiOrigin, accountId: id, passcode, proxy, timeoutMs: uploadTimeoutMs, connections: 1 })

/** The account of a dry run, if one is configured; a dry run does not need one. */
const accountIfAny = (io: Io, { account }: ImportOptions): StoreAccount | undefined => {
  const { CLEVERTAP_ACCOUNT_ID: id, PUSHFERRY_CONFIG: file } = io.env
  return id || file || account ? chooseAccount(storeConfig(io, account), account) : undefined
}

const importDry = async (job: Job, account: StoreAccount | undefined): Promise<ExitCode> => {
  const { options, plans, rejects, progress, signal, io } = job
  const replace = options.replace === true
  const end = await shown(
    job,
    () => idle,
    () => dryRun(plans, { account: account?.id ?? '', rejects, progress, replace, signal }),
  )
  const code = conclude(job, end)
  if (!account?.passcode || end.sample.length === 0 || signal.aborted) return code
  const client = clientOf(account, account.passcode)
  try {
    const report = await probeSample(end.sample, client, account.keyPadding)
    io.stderr.write(describeProbe(report))
    return isGood(report) ? code : 1
  } finally {
    await client.close()
  }
}

const importReal = (job: Job, config: StoreConfig, account: StoreAccount): Promise<ExitCode> => {
  const { options, plans, rejects, progress, signal } = job
  const { passcode } = account
  return withStore(config, { mustExist: false, ...storeOptions }, async (store) => {
    const uploads =
      options.enqueueOnly || passcode === undefined
        ? undefined
        : createUploads({ accounts: [{ ...account, passcode }], leaseMs: config.leaseMs }, store)
    const end = await shown(
      job,
      () => uploads?.state(account.id) ?? idle,
      () =>
        runImport({
          plans,
          account,
          store,
          uploads,
          replace: options.replace === true,
          rejects,
          waitMs: options.wait,
          progress,
          signal,
        }),
    )
    return conclude(job, end)
  })
}

/** Imports files. Resolves to 1 when a row was rejected or unmatched, or the import failed or was interrupted; else 0. */
const importFiles = async (names: readonly string[], options: ImportOptions, io: Io): Promise<ExitCode> => {
  keepHeapSmall()
  const wanted = options.account
  const config = options.dryRun ? undefined : storeConfig(io, wanted)
  const account = config ? chooseAccount(config, wanted) : accountIfAny(io, options)
  if (config && !options.enqueueOnly && account?.passcode === undefined)
    throw new CliError(
      'CLEVERTAP_PASSCODE must be set to upload; --enqueue-only leaves that to a running relay, --dry-run only checks',
      2,
    )
  if ((options.join === undefined) !== (options.on === undefined))
    throw new CliError('--join FILE needs --on COLUMN', 2)
  refuseSecondStdin([...names, ...(options.join ?? [])])
  let join: Join | undefined
  try {
    if (options.join !== undefined) join = await joinAll(options.join, options.on ?? '', io)
    const plans = await planAll(names, options, io, account?.webTypes ?? [], join)
    const job: Job = {
      options,
      io,
      store: config && nameOfStore(config.store),
      plans,
      rejects: options.rejects === undefined ? undefined : createRejects(options.rejects, plans),
      progress: createProgress(plans),
      signal: io.interruption(),
    }
    return await (config && account ? importReal(job, config, account) : importDry(job, account))
  } catch (error) {
    throw error instanceof ImportError
      ? new CliError(error.message, error.kind === 'usage' ? 2 : 1, { cause: error })
      : error
  } finally {
    join?.close()
  }
}

const readWait = (input: string): number => {
  const ms = duration.read(input)
  if (ms === undefined) throw new InvalidArgumentError(`It must be ${duration.allowed}.`)
  return ms
}

/** For an option that can be repeated. */
const collect = (input: string, before: readonly string[] = []): readonly string[] => [...before, input]

/** `pushferry import`. */
export const defineImport: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      'Imports tokens from files: checks every row, queues it in the store, uploads it to CleverTap and ends when all are ' +
        'completed. Reads CSV (with a first line that names its columns), NDJSON and JSON ({"d":[…]}), plain or gzipped.',
    )
    .argument('<file...>', 'files to import; - is standard input')
    .option(
      '--map <field=column>',
      'the column of a field: objectId, type, id, endpoint, p256dh or auth; can be repeated or comma-separated (default: by name)',
      collect,
    )
    .option(
      '--map-type <foreign=type>',
      'maps types of the file to token types, such as 0=apns,1=fcm; can be repeated or comma-separated',
      collect,
    )
    .option(
      '--join <file>',
      'a file that has the objectId for a column of the import: CSV, NDJSON, JSON, a CleverTap Profile Export; can be repeated; needs --on',
      collect,
    )
    .option(
      '--on <column=column>',
      "the column to join on: the import's, then the join file's where it has another name",
    )
    .addOption(new Option('--type <type>', 'the type of rows without one').choices(tokenTypes))
    .option('--dry-run', 'check everything, store nothing, and ask CleverTap about a sample')
    .option('--replace', 'replace the token of a live row; without it such a row stays unchanged')
    .option('--rejects <file>', 'write rejected rows there, each with line, code and reason')
    .option('--enqueue-only', 'queue the rows, and let a running relay upload them')
    .option(
      '--wait <duration>',
      'longest wait for the upload, such as 30m (default: until all records are completed)',
      readWait,
    )
    .option('--account <id>', 'the account, if several are configured')
    .option(
      '--json',
      'print {"read", "queued", "unchanged", "rejected": {CODE: n}, "skipped": {REASON: n}, "unmatched"} and nothing else',
    )
    .addHelpText(
      'after',
      `
Columns are found by name: objectId, type, id, p256dh, auth, or a name with the same meaning, such as clevertap_id and
device_token; the import shows the columns that it found first. Of several rows with one objectId the first counts; with
--replace the last. After Ctrl-C, run the same command again: rows that the store has are "unchanged" then.

CleverTap defers a record whose profile may not be live yet. The import retries it for more than a day (PUSHFERRY_DEFER) and
waits for that; --wait ends the wait, and a relay or the same command uploads the rest.

The import recognises exports of OneSignal, Braze, Amazon SNS, Azure Notification Hubs and CleverTap, and push subscriptions of
browsers, by their columns or members.

Each row is queued, unchanged, rejected, skipped (a token that another vendor marks as dead, for instance) or unmatched (not in
the join file). Codes are CleverTap's, and "malformed" for a row that cannot be read. Exit code 0: none was rejected or
unmatched; 1: some were, or the import failed; 2: wrong usage, nothing was done.

Examples:
  $ pushferry import tokens.csv --dry-run
  $ pushferry import tokens.csv --map objectId=ct_id,id=gcm_token --type fcm --rejects rejects.csv
  $ zcat export-*.ndjson.gz | pushferry import - --enqueue-only --json`,
    )
    .action(async (names: string[], options: ImportOptions) => exitWith(await importFiles(names, options, io)))
}
