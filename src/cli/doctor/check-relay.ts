import { type Ask, isSecure } from './ask.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const parse = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const below = (relay: URL, path: string): URL => new URL(`${relay.href.replace(/\/+$/, '')}${path}`)

const checkHealth = async (relay: URL, page: URL, ask: Ask): Promise<Finding> => {
  const name = 'relay'
  if (!isSecure(relay))
    return failed(name, `${relay.origin} is not https`, 'Put the relay behind https, and name that address in the tag.')
  if (page.protocol === 'https:' && relay.protocol !== 'https:')
    return failed(
      name,
      `${relay.origin} is http, the page https`,
      'Browsers block this. Name an https address in the tag.',
    )
  const answer = await ask(below(relay, '/readyz'))
  if (answer.kind === 'none')
    return failed(
      name,
      `no answer from ${relay.origin} (${answer.reason})`,
      'Check that the relay runs, and that this is its public address.',
    )
  const { status, accounts } = parse(answer.text)
  if (typeof status !== 'string')
    return failed(
      name,
      `${relay.origin} answers ${answer.status}, but is not a relay`,
      'Use the address of the relay, or let the proxy forward every path to it.',
    )
  if (answer.status !== 200)
    return failed(
      name,
      `does not accept records at the moment (${answer.status})`,
      'Read its log: its store is full or cannot be reached.',
    )
  const uploads = (Array.isArray(accounts) ? accounts : Object.values(isRecord(accounts) ? accounts : {}))
    .map((one) => (isRecord(one) ? one.upload : undefined))
    .filter((one) => typeof one === 'string')
  if (uploads.includes('suspended'))
    return failed(
      name,
      'CleverTap refuses its credentials',
      'Run pushferry check where the relay runs, and correct passcode, account or region.',
    )
  if (uploads.includes('failing'))
    return warning(name, 'uploads to CleverTap fail now', 'Records are kept and sent later. Look at /status.')
  return ok(name, `${relay.origin} takes records`)
}

const allows = (headers: Headers, origin: string): boolean =>
  ['*', origin].includes(headers.get('access-control-allow-origin') ?? '')

const checkOrigin = async (relay: URL, { origin }: URL, ask: Ask): Promise<{ finding: Finding; key: unknown }> => {
  const name = 'CORS'
  const answer = await ask(below(relay, '/v1/config'), { headers: { origin } })
  const without = (finding: Finding) => ({ finding, key: undefined })
  if (answer.kind === 'none') return without(failed(name, `no answer (${answer.reason})`, 'Try again.'))
  if (answer.status === 403)
    return without(
      failed(
        name,
        `${origin} may not register`,
        `Add it at the relay: PUSHFERRY_ORIGINS=${origin} (comma-separated where there are several).`,
      ),
    )
  if (answer.status !== 200)
    return without(failed(name, `/v1/config answers ${answer.status}`, 'Let the proxy pass /v1/ to the relay.'))
  const { vapidPublicKey: key } = parse(answer.text)
  const preflight = await ask(below(relay, '/v1/subscriptions'), {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-pushferry-key',
    },
  })
  const isSame = relay.origin === origin
  if (!isSame && !allows(answer.headers, origin))
    return {
      finding: failed(
        name,
        `the answer allows ${answer.headers.get('access-control-allow-origin') ?? 'no origin'}`,
        'A proxy changes Access-Control headers. Let it pass those of the relay, and add none.',
      ),
      key,
    }
  if (!isSame && (preflight.kind === 'none' || preflight.status >= 300 || !allows(preflight.headers, origin)))
    return {
      finding: failed(
        name,
        `the preflight (OPTIONS) is refused${preflight.kind === 'answer' ? ` with ${preflight.status}` : ''}`,
        'Let the proxy pass OPTIONS requests to the relay.',
      ),
      key,
    }
  return { finding: ok(name, `${origin} may register`), key }
}

const withoutPadding = (key: string): string => key.trim().replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_')

const checkKey = (key: unknown, tagKey: string | undefined): Finding => {
  const name = 'VAPID key'
  if (typeof key !== 'string' && !tagKey)
    return failed(
      name,
      'neither the relay nor the tag has one',
      "Set PUSHFERRY_VAPID_PUBLIC_KEY at the relay to the public key of CleverTap's dashboard (Settings > Engage > Channels > Web Push).",
    )
  if (typeof key === 'string' && tagKey && withoutPadding(key) !== withoutPadding(tagKey))
    return failed(
      name,
      'the tag (data-vapid-key) and the relay have different ones',
      "Keep the one of CleverTap's dashboard. The attribute can be left out: the relay hands its key to pages.",
    )
  if (typeof key !== 'string')
    return warning(
      name,
      'only the tag has one',
      'Set PUSHFERRY_VAPID_PUBLIC_KEY at the relay too, so that the worker can subscribe again.',
    )
  return ok(name, tagKey ? 'the same in tag and relay' : 'the relay has one')
}

/** Checks a relay as a page of this origin would use it: reachable, secure, CORS, VAPID key. */
export const checkRelay = async (relay: URL, page: URL, tagKey: string | undefined, ask: Ask): Promise<Finding[]> => {
  const health = await checkHealth(relay, page, ask)
  const answers = health.state !== 'failed' || health.found.startsWith('CleverTap')
  if (!answers) return [health]
  const { finding, key } = await checkOrigin(relay, page, ask)
  return finding.state === 'failed' && key === undefined ? [health, finding] : [health, finding, checkKey(key, tagKey)]
}
