import { EnvHttpProxyAgent, request } from 'undici'
import webPush from 'web-push'
import { CliError } from './cli-error.ts'
import type { DefineCommand } from './commands.ts'
import type { ExitCode, Io } from './io.ts'
import { readSubscription, readVapidPair } from './push-files.ts'

interface PushOptions {
  subscription: string
  vapid: string
  title: string
  body: string
  url?: string
  subject: string
  json?: true
}

const timeoutMs = 10_000
const ttlSeconds = 60

/** A decrypted push in CleverTap's format, without report URLs, because no server would accept the reports. */
const payloadOf = ({ title, body, url }: Pick<PushOptions, 'title' | 'body' | 'url'>): string =>
  JSON.stringify({
    title,
    ...(url === undefined ? {} : { deepLink: url }),
    notificationOptions: { body, data: { wzrk_id: 'pushferry_test' } },
    wzrk_acct_id: 'pushferry-test',
    ct: 'pn',
  })

const meaningOf = (status: number): string => {
  if (status >= 200 && status < 300)
    return 'accepted. If no notification appears within a minute, check the permission of the site and the notification settings of the system'
  if (status === 404 || status === 410) return 'this subscription is gone. Subscribe again in the browser'
  if (status === 400 || status === 401 || status === 403)
    return 'refused: the subscription was made with another VAPID pair, or the clock of this machine is wrong'
  if (status === 413) return 'the message is too large. Shorten --title or --body'
  if (status === 429) return 'too many messages for this subscription. Try again in some minutes'
  return 'the push service failed. Try again later'
}

const codeOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error)

const push = async (options: PushOptions, io: Io): Promise<ExitCode> => {
  if (options.subscription === '-' && options.vapid === '-')
    throw new CliError('only one of --subscription and --vapid can be -', 2)
  const subscription = await readSubscription(options.subscription, io)
  const vapid = await readVapidPair(options.vapid, io)
  const { host } = new URL(subscription.endpoint)
  let details: webPush.RequestDetails
  try {
    const vapidDetails = { subject: options.subject, ...vapid }
    details = webPush.generateRequestDetails(subscription, payloadOf(options), { TTL: ttlSeconds, vapidDetails })
  } catch (error) {
    const isSubject = error instanceof Error && /subject/i.test(error.message)
    throw new CliError(
      isSubject
        ? '--subject must be a mailto: or https: address'
        : '--subscription: p256dh is not a key of a subscription. Copy the whole JSON from the page',
      2,
      { cause: error },
    )
  }
  const dispatcher = new EnvHttpProxyAgent()
  try {
    const { statusCode: status, body } = await request(subscription.endpoint, {
      method: 'POST',
      headers: Object.fromEntries(Object.entries(details.headers).map(([name, value]) => [name, String(value)])),
      body: details.body,
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
    })
    await body.dump()
    const meaning = meaningOf(status)
    io.stdout.write(
      options.json
        ? `${JSON.stringify({ pushService: host, status, meaning })}\n`
        : `${host} answered ${status}: ${meaning}.\n`,
    )
    return status >= 200 && status < 300 ? 0 : 1
  } catch (error) {
    throw new CliError(`no answer from ${host} (${codeOf(error)}): check the firewall or proxy of this machine`, 1, {
      cause: error,
    })
  } finally {
    await dispatcher.close()
  }
}

/** `pushferry push`. Sends directly to the browser's push service, without relay and CleverTap. */
export const definePush: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      "Sends a test notification in CleverTap's shape to one browser and says what its push service answered. It goes " +
        'directly to the push service, not through relay and CleverTap, and shows that subscription, VAPID pair and worker fit.',
    )
    .requiredOption('--subscription <file>', "the browser's PushSubscription as JSON; - for standard input")
    .requiredOption(
      '--vapid <file>',
      'the VAPID pair that the page subscribed with, as pushferry vapid --json prints it',
    )
    .option('--title <text>', 'title of the notification', 'Test')
    .option('--body <text>', 'its text', 'Sent by pushferry push.')
    .option('--url <url>', 'URL that a click opens')
    .option('--subject <address>', 'contact address for the push service', 'https://www.example.com')
    .option('--json', 'print {"pushService", "status", "meaning"}')
    .addHelpText(
      'after',
      `
The subscription, in the console of the page (chrome://inspect on a phone):
  JSON.stringify(await (await navigator.serviceWorker.getRegistration('/pushferry/')).pushManager.getSubscription())

Exit code 0 when the push service has taken it, 1 when not, 2 for a file that does not fit.

Examples:
  $ pushferry push --subscription subscription.json --vapid vapid.json
  $ pbpaste | pushferry push --subscription - --vapid vapid.json --url https://www.example.com/`,
    )
    .action(async (options: PushOptions) => exitWith(await push(options, io)))
}
