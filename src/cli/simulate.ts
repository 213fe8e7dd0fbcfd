import { once } from 'node:events'
import { Option } from 'commander'
import { type Call, type Fault, type Simulator, type SimulatorOptions, startSimulator } from '../simulator/index.ts'
import { callLine } from './call-line.ts'
import { CliError } from './cli-error.ts'
import type { DefineCommand } from './commands.ts'
import { faultArgumentHelp, parseFaultArgument } from './fault-argument.ts'
import type { Io } from './io.ts'
import { wholeNumberArgument } from './number-argument.ts'

interface SimulateOptions {
  port: number
  host: string
  account: string
  passcode: string
  limit: number
  latency: number
  rotation: 'keep' | 'replace'
  keyPadding: 'padded' | 'any'
  profile?: readonly string[]
  fail?: readonly Fault[]
  records: boolean
  json?: true
}

const help = `
${faultArgumentHelp}

Control routes, for tests in any language:
  POST /_sim/faults    one fault or an array of them, as JSON      GET, DELETE likewise
  GET  /_sim/received  every call with its records                GET /_sim/profiles  GET /_sim/errors
  GET  /_sim           the counts                                 DELETE /_sim forgets everything

Examples:
  $ pushferry simulate
  $ pushferry simulate --port 0 --latency 200 --limit 15
  $ pushferry simulate --fail 429,times=3,retryAfter=2 --fail reset,at=body
  $ pushferry simulate --fail reject,code=530,objectIds=__abc,times=always
  $ curl -d '{"kind":"hang"}' -H 'Content-Type: application/json' http://127.0.0.1:8091/_sim/faults`

const start = async (options: SimulatorOptions): Promise<Simulator> => {
  try {
    return await startSimulator(options)
  } catch (error) {
    if (error instanceof TypeError) throw new CliError(error.message, 2)
    const { code = '' } = error as NodeJS.ErrnoException // listen() fails with nothing else
    const { port, host } = options
    if (code === 'EADDRINUSE')
      throw new CliError(`port ${port} of ${host} is taken: choose another with --port, or 0 for any`, 1)
    if (code === 'EACCES')
      throw new CliError(
        `this user has no permission to listen on port ${port} of ${host}: choose one above 1023 with --port`,
        1,
      )
    throw new CliError(`cannot listen on ${host}: ${code || 'unknown reason'}; give another address with --host`, 1)
  }
}

const greeting = (
  { url, accountId }: Simulator,
  { limit, passcode }: SimulateOptions,
): string => `The CleverTap simulator listens on ${url}
  point the relay at it: CLEVERTAP_URL=${url} CLEVERTAP_ACCOUNT_ID=${accountId} CLEVERTAP_PASSCODE=${passcode === defaultPasscode ? passcode : '(the one you gave)'}
  ${limit} requests in flight at most; faults and received records: ${url}/_sim
  Ctrl-C ends it.
`

/** Not a secret: it is the simulator's default passcode. */
const defaultPasscode = 'sim-passcode'

const sumUp = ({ counts }: Simulator): string =>
  `${counts.calls} calls, ${counts.accepted} records accepted (${counts.duplicates} twice), ${counts.rejected} rejected, ` +
  `${counts.tooMany} times 429, at most ${counts.peakInFlight} in flight\n`

const simulate = async (options: SimulateOptions, { stdout, interruption }: Io): Promise<void> => {
  const {
    port,
    host,
    account,
    passcode,
    limit,
    latency,
    rotation,
    keyPadding,
    profile,
    fail = [],
    records,
    json,
  } = options
  const interrupted = interruption()
  const simulator = await start({
    port,
    host,
    accountId: account,
    passcode,
    limit,
    latencyMs: latency,
    rotation,
    keyPadding,
    keepRecords: records,
    ...(profile && { knownObjectIds: profile }),
    onCall: (call: Call) =>
      stdout.write(`${json ? JSON.stringify({ ...call, records: undefined, headers: undefined }) : callLine(call)}\n`),
  })
  simulator.fail(...fail)
  stdout.write(
    json ? `${JSON.stringify({ url: simulator.url, accountId: simulator.accountId })}\n` : greeting(simulator, options),
  )
  if (!interrupted.aborted) await once(interrupted, 'abort')
  await simulator.stop()
  stdout.write(json ? `${JSON.stringify(simulator.counts)}\n` : sumUp(simulator))
}

/** `pushferry simulate`. Runs until it is interrupted; then the exit code is 0. */
export const defineSimulate: DefineCommand = (command, io) => {
  command
    .description(
      'Runs a strict local CleverTap: the documented answers, limits and codes, and faults on request. ' +
        'It keeps everything in memory and prints one line per call, with fingerprints of tokens.',
    )
    .option('--port <port>', 'port to listen on; 0 for any free port', wholeNumberArgument(0, 65_535), 8091)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--account <id>', 'account id that callers must send', 'SIM-000-0000')
    .option('--passcode <passcode>', 'passcode that callers must send', defaultPasscode)
    .option('--limit <n>', 'limit of requests in flight; further ones get 429', wholeNumberArgument(1, 1_000_000), 3)
    .option('--latency <ms>', 'time before each answer', wholeNumberArgument(0, 600_000), 0)
    .addOption(
      new Option('--rotation <what>', 'whether a new token replaces the token of a profile')
        .choices(['keep', 'replace'])
        .default('keep', 'keep, as documented'),
    )
    .addOption(
      new Option('--key-padding <what>', 'whether p256dh and auth must be padded')
        .choices(['padded', 'any'])
        .default('padded', 'padded, as documented'),
    )
    .option(
      '--profile <objectId>',
      'an existing profile; all others are then refused with 530; can be repeated (default: every profile exists)',
      (objectId: string, before: readonly string[] = []) => [...before, objectId],
    )
    .option('--fail <fault>', 'a fault for the next call that fits; can be repeated', parseFaultArgument)
    .option(
      '--no-records',
      'do not keep the records of each call, to save memory in long runs; /_sim/received then omits them',
    )
    .option('--json', 'print one JSON object per line: the address, each call, the counts at the end')
    .addHelpText('after', help)
    .action((options: SimulateOptions) => simulate(options, io))
}
