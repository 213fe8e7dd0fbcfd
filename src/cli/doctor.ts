import { openProxied } from '../relay/clevertap/proxy.ts'
import { readProxy } from '../relay/config/proxy-setting.ts'
import { CliError } from './cli-error.ts'
import type { DefineCommand } from './commands.ts'
import { createAsk } from './doctor/ask.ts'
import { checkSite } from './doctor/check-site.ts'
import type { Finding } from './doctor/finding.ts'
import type { ExitCode, Io } from './io.ts'

interface DoctorOptions {
  relay?: string
  serviceWorker?: string
  json?: true
}

const timeoutMs = 10_000

const readAddress = (input: string, what: string): URL => {
  const url = URL.canParse(input) ? new URL(input) : undefined
  if (url && `${url.username}${url.password}` !== '')
    throw new CliError(`${what} must be an address without a user name and a password`, 2)
  if (url && /^https?:$/.test(url.protocol) && url.hostname) return url
  throw new CliError(`${what} must be an address such as https://www.example.com`, 2)
}

const describe = ({ name, state, found, advice }: Finding): string =>
  `${state.padEnd(7)}  ${name.padEnd(9)}  ${found}\n${advice === null ? '' : `${''.padEnd(20)}-> ${advice}\n`}`

const doctor = async (address: string, options: DoctorOptions, { stdout, env }: Io): Promise<ExitCode> => {
  const { relay, serviceWorker, json } = options
  const url = readAddress(address, 'URL')
  const site = {
    ...(relay === undefined ? {} : { relay: readAddress(relay, '--relay') }),
    ...(serviceWorker === undefined ? {} : { serviceWorker }),
  }
  const proxy = readProxy(env)
  const dispatcher = proxy && openProxied(proxy, {})
  const findings = await checkSite(url, site, createAsk(timeoutMs, dispatcher))
  await dispatcher?.close()
  const isOk = findings.every(({ state }) => state !== 'failed')
  stdout.write(json ? `${JSON.stringify({ ok: isOk, findings }, undefined, 2)}\n` : findings.map(describe).join(''))
  return isOk ? 0 : 1
}

/** `pushferry doctor`. Only reads; registers nothing. */
export const defineDoctor: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      'Looks at a site from outside, as a browser does: page, script, relay, CORS, VAPID key, worker file and ' +
        'Content-Security-Policy. One line each, with what to do. It registers nothing and needs no settings, but honours HTTPS_PROXY and NO_PROXY.',
    )
    .argument('<url>', 'a page that loads Pushferry')
    .option('--relay <url>', "the relay, where the page's HTML has no tag (bundle, tag manager)")
    .option('--service-worker <path>', 'the worker file, if no data-service-worker names it')
    .option('--json', 'print {"ok", "findings": [{"name", "state", "found", "advice"}]}')
    .addHelpText(
      'after',
      `
Exit code 0; 1 when something failed.

Examples:
  $ pushferry doctor https://www.example.com
  $ pushferry doctor https://www.example.com --relay https://push.example.com --service-worker /sw.js`,
    )
    .action(async (address: string, options: DoctorOptions) => exitWith(await doctor(address, options, io)))
}
