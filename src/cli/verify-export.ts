import { type Comparison, compareExport, type Verdict, verdicts } from '../import/compare-export.ts'
import { ImportError } from '../import/error.ts'
import { type Input, openInput } from '../import/input.ts'
import { waitingIn } from '../relay/operations/status/samples.ts'
import { count, counted } from '../relay/operations/status/view/words.ts'
import type { Counts } from '../relay/store/port.ts'
import { chooseAccount } from './choose-accounts.ts'
import { CliError } from './cli-error.ts'
import { describeRecords } from './import-plan.ts'
import type { ExitCode, Io } from './io.ts'
import { refuseSecondStdin } from './refuse-second-stdin.ts'
import { storeConfig } from './store-accounts.ts'
import { withStore } from './with-store.ts'
import { writeAll } from './write-all.ts'

export interface VerifyExportOptions {
  export: readonly string[]
  list?: true
  account?: string
  json?: true
}

const names: Readonly<Record<Verdict, string>> = { seen: 'seen', other: 'other token', notSeen: 'not seen' }

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, n) => all + n, 0)

/** Number of rows that CleverTap has not accepted, so no export can have them. */
const notCompared = ({ queued, uploading, rejected, withdrawn }: Counts): number =>
  waitingIn({ queued, uploading }) + rejected + withdrawn

const table = ({ counts }: Comparison): string => {
  const rows = verdicts.map((verdict) => ({ verdict, n: count(sum(counts[verdict])), types: counts[verdict] }))
  const width = Math.max(...rows.map(({ n }) => n.length))
  return rows
    .map(({ verdict, n, types }) => {
      const byType = [...types].map(([type, many]) => `${count(many)} ${type}`).join(', ')
      return `${names[verdict].padEnd(13)}${n.padStart(width)}${byType === '' ? '' : `  ${byType}`}\n`
    })
    .join('')
}

/** Explains the limits of these numbers. */
const remarks = ({ counts, tokens }: Comparison, others: number): string => {
  const lines: string[] = []
  if (tokens === 0)
    lines.push(
      'No profile of the export shows a token. Export with device attributes, and give every file of the export.',
    )
  if (sum(counts.other) > 0)
    lines.push('Other token: CleverTap keeps the token that a profile has; an upload does not replace it.')
  if (sum(counts.notSeen) > 0)
    lines.push(
      'Not seen does not prove that a token is lost: an export shows one token of a profile with several devices, and may be ' +
        'older than the upload. pushferry verify ID asks CleverTap about one profile.',
    )
  const web = counts.notSeen.get('chrome') ?? 0
  if (web > 0)
    lines.push(
      `${web === 1 ? 'One' : count(web)} of those not seen ${web === 1 ? 'is a web token' : 'are web tokens'} (chrome), which can never be seen: the store keeps one ` +
        'fingerprint of id and keys together, and an export has no keys.',
    )
  if (others > 0)
    lines.push(
      `${counted(others, 'record')} of the store ${others === 1 ? 'is' : 'are'} not compared: CleverTap has not accepted ${others === 1 ? 'it' : 'them'}.`,
    )
  return lines.map((line) => `${line}\n`).join('')
}

/** Number of profiles that are listed without `--list`. */
const mostListed = 20

const writeReport = async (comparison: Comparison, others: number, { list }: VerifyExportOptions, { stdout }: Io) => {
  await writeAll(stdout, table(comparison))
  let listed = 0
  for (const page of comparison.unseen()) {
    const shown = list ? page : page.slice(0, mostListed - listed)
    listed += shown.length
    const lines = shown.map(({ objectId, type, verdict }) => `${objectId}  ${type}  ${names[verdict]}\n`)
    await writeAll(stdout, lines.join(''))
    if (!list && listed === mostListed) break
  }
  const more = sum(comparison.counts.other) + sum(comparison.counts.notSeen) - listed
  await writeAll(stdout, more > 0 ? `and ${count(more)} more: --list shows all\n` : '')
  await writeAll(stdout, remarks(comparison, others))
}

/** Writes the report as JSON. `profiles` is written page by page, because it may be long. */
const writeJson = async (
  { counts, unseen }: Comparison,
  more: { ok: boolean; account: string; notCompared: number },
  { stdout }: Io,
) => {
  const { ok, account, notCompared } = more
  const data = {
    ok,
    account,
    ...Object.fromEntries(verdicts.map((verdict) => [verdict, Object.fromEntries(counts[verdict])])),
    notCompared,
  }
  const json = JSON.stringify(data, undefined, 2)
  await writeAll(stdout, `${json.slice(0, -2)},\n  "profiles": [`)
  let between = '\n'
  for (const page of unseen()) {
    await writeAll(stdout, between + page.map((one) => `    ${JSON.stringify(one)}`).join(',\n'))
    between = ',\n'
  }
  await writeAll(stdout, `${between === '\n' ? '' : '\n  '}]\n}\n`)
}

/** Compares the accepted rows of the store with a CleverTap Profile Export. Resolves to 0 when all are seen, else 1. */
export const verifyExport = async (options: VerifyExportOptions, io: Io): Promise<ExitCode> => {
  const config = storeConfig(io, options.account)
  const { id: account } = chooseAccount(config, options.account)
  refuseSecondStdin(options.export)
  try {
    const inputs: Input[] = []
    for (const name of options.export) inputs.push(await openInput(name, io.stdin))
    return await withStore(config, { mustExist: true }, async (store) => {
      const comparison = await compareExport(inputs, store, account)
      try {
        for (const file of comparison.files) io.stderr.write(describeRecords(file))
        const others = notCompared(await store.counts(account))
        const { other, notSeen } = comparison.counts
        const ok = sum(other) + sum(notSeen) === 0
        if (options.json) await writeJson(comparison, { ok, account, notCompared: others }, io)
        else await writeReport(comparison, others, options, io)
        return ok ? 0 : 1
      } finally {
        comparison.close()
      }
    })
  } catch (error) {
    throw error instanceof ImportError
      ? new CliError(error.message, error.kind === 'usage' ? 2 : 1, { cause: error })
      : error
  }
}
