import { setTimeout as sleep } from 'node:timers/promises'
import { type ClevertapClient, createClevertapClient } from '../relay/clevertap/client.ts'
import { type ProfileFinding, type ProfileVerdict, readProfile, verdictOf } from '../relay/clevertap/profile.ts'
import { loadConfig } from '../relay/config/index.ts'
import { fingerprint } from '../relay/keys/fingerprint.ts'
import { checkObjectIds } from './check-object-ids.ts'
import { chooseAccount } from './choose-accounts.ts'
import { CliError } from './cli-error.ts'
import type { DefineCommand } from './commands.ts'
import type { ExitCode, Io } from './io.ts'
import { describeTrouble } from './network-trouble.ts'
import { verifyExport } from './verify-export.ts'

interface VerifyOptions {
  account?: string
  token?: string
  export?: readonly string[]
  list?: true
  json?: true
}

/** The result for one objectId. */
interface Verification {
  objectId: string
  verdict: ProfileVerdict
  platform: string | null
  /** Fingerprint of the token on the profile: the first 8 hex digits of its SHA-256. */
  fingerprint: string | null
  reason: string | null
}

/** Number of retries while all of the account's slots are in use, and the wait before each. */
const maxThrottled = 5
const throttledMs = 1000

type Wait = (ms: number) => Promise<unknown>

const ask = async (objectId: string, client: ClevertapClient, wait: Wait): Promise<ProfileFinding> => {
  for (let tries = 1; ; tries++) {
    const finding = readProfile(await client.profile(objectId), objectId)
    if (finding.kind !== 'throttled' || tries > maxThrottled) return finding
    await wait(throttledMs)
  }
}

const reasonOf = (finding: ProfileFinding, verdict: ProfileVerdict): string | null => {
  switch (finding.kind) {
    case 'token':
      return verdict === 'confirmed'
        ? null
        : 'the profile holds another token; CleverTap does not replace one by upload'
    case 'no-token':
      return verdict === 'unknown'
        ? "the profile shows no token; CleverTap does not document whether it shows browsers' tokens"
        : 'the profile shows no token for this device'
    case 'no-profile':
      return 'no such profile: its user must have opened the app or site'
    case 'throttled':
      return 'too many requests in flight for this account: try again later'
    case 'unreadable':
      return describeTrouble(finding.reason)
    case 'unauthorized':
      throw new CliError('CleverTap refuses the credentials: run pushferry check', 1)
  }
}

const judge = (objectId: string, finding: ProfileFinding, expected: string | undefined): Verification => {
  const verdict = verdictOf(finding, expected)
  return {
    objectId,
    verdict,
    platform: 'platform' in finding ? (finding.platform ?? null) : null,
    fingerprint: finding.kind === 'token' ? fingerprint(finding.token) : null,
    reason: reasonOf(finding, verdict),
  }
}

const describe = ({ objectId, verdict, platform, fingerprint, reason }: Verification): string =>
  `${objectId}  ${verdict}${platform ? `  ${platform}` : ''}${fingerprint ? `  token ${fingerprint}` : ''}${reason ? `  ${reason}` : ''}\n`

const readExpected = async (token: string | undefined, { stdin }: Io): Promise<string | undefined> => {
  if (token !== '-') return token
  let input = ''
  for await (const piece of stdin.setEncoding('utf8')) input += piece
  return input.trim()
}

/** Looks up each objectId in turn. Resolves to 0 when every token was confirmed, else 1. */
export const verify = async (
  objectIds: readonly string[],
  options: VerifyOptions,
  io: Io,
  wait: Wait = (ms) => sleep(ms),
): Promise<ExitCode> => {
  if (options.token !== undefined && objectIds.length > 1) throw new CliError('--token needs exactly one objectId', 2)
  checkObjectIds(objectIds)
  const account = chooseAccount(loadConfig(io.env), options.account)
  const expected = await readExpected(options.token, io)
  const { apiOrigin: url, id: accountId, passcode, proxy, uploadTimeoutMs: timeoutMs } = account
  const client = createClevertapClient({ url, accountId, passcode, proxy, timeoutMs, connections: 1 })
  try {
    const found: Verification[] = []
    for (const objectId of objectIds) {
      const one = judge(objectId, await ask(objectId, client, wait), expected)
      found.push(one)
      if (!options.json) io.stdout.write(describe(one))
    }
    const ok = found.every(({ verdict }) => verdict === 'confirmed')
    if (options.json) io.stdout.write(`${JSON.stringify({ ok, account: accountId, profiles: found }, undefined, 2)}\n`)
    return ok ? 0 : 1
  } finally {
    await client.close()
  }
}

const verifyEither = (objectIds: readonly string[], options: VerifyOptions, io: Io): Promise<ExitCode> => {
  if (options.export === undefined) {
    if (objectIds.length === 0)
      throw new CliError("missing required argument 'objectId', or --export FILE; see pushferry verify --help", 2)
    if (options.list) throw new CliError('--list goes with --export FILE', 2)
    return verify(objectIds, options, io)
  }
  if (objectIds.length > 0) throw new CliError('--export compares the whole store: leave the CleverTap IDs out', 2)
  if (options.token !== undefined) throw new CliError('--token needs exactly one objectId, and no --export', 2)
  return verifyExport({ ...options, export: options.export }, io)
}

/** `pushferry verify`. */
export const defineVerify: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      "Asks CleverTap's profile API whether a push token is on the profile, because the answer success to an upload does " +
        'not prove it. Reads CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE (or _FILE) and CLEVERTAP_REGION or ' +
        'CLEVERTAP_URL. With --export it compares the store with a CleverTap Profile Export instead, and reads ' +
        'PUSHFERRY_STORE and CLEVERTAP_ACCOUNT_ID.',
    )
    .argument('[objectId...]', 'CleverTap IDs')
    .option('--token <token>', 'the expected token, with one objectId; - reads it from stdin')
    .option(
      '--export <file>',
      'compare all that CleverTap accepted with this Profile Export (CSV, NDJSON or JSON, also gzipped); can be repeated',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .option(
      '--list',
      'with --export: list all CleverTap IDs with another token, and all that were not seen (default: the first 20; with --json always all)',
    )
    .option('--account <id>', 'the account, if several are configured')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Each objectId is confirmed (a token is there), missing or unknown (CleverTap does not say). Tokens are shown as the
first 8 hex digits of their SHA-256, as in the relay's log. Exit code 0 when all are confirmed, else 1.

With --export each record that CleverTap accepted is seen (its token is on the profile), has another token, or is not
seen; that is no proof that it is lost. Exit code 0 when all are seen, else 1.

Examples:
  $ pushferry verify __gc4grg4053N1eYkW6OBH71jhFev7b1iP -HwB9gZWb3RcKhXCQ222FhAhkjeYQs0Hj
  $ pushferry verify __gc4grg4053N1eYkW6OBH71jhFev7b1iP --token - < token.txt
  $ pushferry verify --export profiles-1.json.gz --export profiles-2.json.gz --list`,
    )
    .action(async (objectIds: string[], options: VerifyOptions) => exitWith(await verifyEither(objectIds, options, io)))
}
