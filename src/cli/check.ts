import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidArgumentError } from 'commander'
import { type ClevertapClient, createClevertapClient } from '../relay/clevertap/client.ts'
import { type AccountConfig, loadConfig } from '../relay/config/index.ts'
import { type TokenType, tokenTypes } from '../wire/record.ts'
import { askProbes } from './ask-probes.ts'
import { checkProbes } from './check-probes.ts'
import { type AccountReport, describeReport, reportAccount } from './check-report.ts'
import { chooseAccounts } from './choose-accounts.ts'
import type { DefineCommand } from './commands.ts'
import { findRegion } from './find-region.ts'
import type { ExitCode, Io } from './io.ts'

interface CheckOptions {
  account?: string
  type?: readonly TokenType[]
  objectId?: readonly string[]
  regions?: true
  json?: true
}

/** Functions that tests replace. */
export interface CheckParts {
  open: (account: AccountConfig, url: string) => ClevertapClient
  wait: (ms: number) => Promise<unknown>
}

const realParts: CheckParts = {
  open: ({ id, passcode, proxy, uploadTimeoutMs }, url) =>
    createClevertapClient({ url, accountId: id, passcode, proxy, timeoutMs: uploadTimeoutMs, connections: 1 }),
  wait: (ms) => sleep(ms),
}

const checkAccount = async (
  account: AccountConfig,
  { type: types = tokenTypes, objectId: objectIds = [], regions }: CheckOptions,
  { open, wait }: CheckParts,
): Promise<AccountReport> => {
  const { id, apiOrigin: url, keyPadding: padding } = account
  const probes = checkProbes(types, objectIds, padding)
  const client = open(account, url)
  try {
    const answers = await askProbes(probes, client, wait)
    const [first] = probes
    const others =
      regions && first && answers.credentials === 'refused'
        ? await findRegion(url, first, (other) => open(account, other), wait)
        : undefined
    return reportAccount({ account: id, url }, answers, { padding, objectIds, regions: others })
  } finally {
    await client.close()
  }
}

/** Checks the configured accounts and prints the results. Resolves to 0 when everything was accepted, else 1. */
export const check = async (
  options: CheckOptions,
  { stdout, env }: Pick<Io, 'stdout' | 'env'>,
  parts = realParts,
): Promise<ExitCode> => {
  const reports: AccountReport[] = []
  for (const account of chooseAccounts(loadConfig(env), options.account)) {
    const report = await checkAccount(account, options, parts)
    reports.push(report)
    if (!options.json) stdout.write(describeReport(report))
  }
  const ok = reports.every((report) => report.ok)
  if (options.json) stdout.write(`${JSON.stringify({ ok, accounts: reports }, undefined, 2)}\n`)
  return ok ? 0 : 1
}

const readTypes = (input: string): readonly TokenType[] =>
  input.split(',').map((name) => {
    const type = tokenTypes.find((one) => one === name.trim())
    if (!type) throw new InvalidArgumentError(`The types are ${tokenTypes.join(', ')}.`)
    return type
  })

/** `pushferry check`. Sends only dry runs. */
export const defineCheck: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      'Asks CleverTap with dryRun=1, which stores nothing, whether account, passcode, region and each token type are ' +
        'accepted, and says what to fix. Reads CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE (or _FILE) and ' +
        'CLEVERTAP_REGION or CLEVERTAP_URL.',
    )
    .option('--type <types>', `only these, comma-separated: ${tokenTypes.join(' ')} (default: all)`, readTypes)
    .option(
      '--object-id <id>',
      "the CleverTap ID of a live profile to ask with, for each platform; can be repeated (default: the API document's samples)",
      (id: string, before: readonly string[] = []) => [...before, id],
    )
    .option('--account <id>', 'only this account')
    .option('--regions', 'when the credentials are refused, try them in the other CleverTap regions')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Exit code 0 when the credentials and all requested types are accepted, else 1.

Examples:
  $ pushferry check
  $ pushferry check --type chrome,fcm --object-id __gc4grg4053N1eYkW6OBH71jhFev7b1iP
  $ pushferry check --json | jq '.accounts[].types[] | select(.verdict != "accepted")'`,
    )
    .action(async (options: CheckOptions) => exitWith(await check(options, io)))
}
