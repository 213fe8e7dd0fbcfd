import { createHash } from 'node:crypto'
import { type Ask, isJavaScript, isSecure, typeOf } from './ask.ts'
import { checkRelay } from './check-relay.ts'
import { checkTag } from './check-tag.ts'
import { checkWorker } from './check-worker.ts'
import { blockedBy, refusesTrustedTypes } from './csp.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import { type Attributes, type Page, readPage } from './page.ts'

/** Values from the command line that replace attributes of the page's tag. */
export interface SiteOptions {
  relay?: URL
  serviceWorker?: string
}

const checkPolicies = (
  { policies, url }: Page,
  relay: URL,
  script: URL | undefined,
  worker: URL,
  tag: Attributes | undefined,
): Finding => {
  const name = 'CSP'
  const blocked = [
    script && {
      to: script,
      directive: 'script-src',
      by: blockedBy(policies, 'script-src', script, url, tag?.get('nonce')),
    },
    { to: relay, directive: 'connect-src', by: blockedBy(policies, 'connect-src', relay, url) },
    { to: worker, directive: 'worker-src', by: blockedBy(policies, 'worker-src', worker, url) },
  ].find((one) => one?.by !== undefined)
  if (blocked)
    return failed(
      name,
      `${blocked.by} blocks ${blocked.to.origin}`,
      `Add ${blocked.to.origin === url.origin ? "'self'" : blocked.to.origin} to ${blocked.directive}${blocked.by?.includes('strict-dynamic') ? ', or give the tag its nonce' : ''}.`,
    )
  if (refusesTrustedTypes(policies))
    return failed(name, 'Trusted Types do not allow the policy pushferry', 'Add pushferry to trusted-types.')
  return ok(name, policies.length === 0 ? 'none' : 'allows script, relay and worker')
}

const checkScript = async (script: URL, tag: Attributes, ask: Ask): Promise<Finding> => {
  const name = 'script'
  const answer = await ask(script)
  if (answer.kind === 'none')
    return failed(name, `no answer from ${script} (${answer.reason})`, 'Correct the src of the tag.')
  if (answer.status !== 200 || !isJavaScript(answer.headers))
    return failed(name, `${script} answers ${answer.status}, ${typeOf(answer.headers)}`, 'Correct the src of the tag.')
  const [algorithm = '', hash] = tag.get('integrity')?.trim().split(/\s+/)[0]?.split(/-(.*)/) ?? []
  if (hash && /^sha(256|384|512)$/.test(algorithm)) {
    if (createHash(algorithm).update(answer.text).digest('base64') !== hash)
      return failed(
        name,
        'the integrity of the tag belongs to another version',
        'Take the hash from pushferry/integrity.json of the version that the relay runs.',
      )
    if (!tag.has('crossorigin'))
      return failed(
        name,
        'the tag has integrity but no crossorigin',
        'Add crossorigin to the tag: without it browsers refuse the script.',
      )
  }
  return ok(name, script.href)
}

/** Checks a site from outside, in the order in which a browser would meet each problem. Never rejects. */
export const checkSite = async (address: URL, options: SiteOptions, ask: Ask): Promise<Finding[]> => {
  const answer = await ask(address, { headers: { accept: 'text/html' } })
  if (answer.kind === 'none')
    return [
      failed('page', `no answer from ${address.href} (${answer.reason})`, 'Start the site, or correct the address.'),
    ]
  if (answer.status !== 200)
    return [failed('page', `${answer.url.href} answers ${answer.status}`, 'Use the address of a public page.')]
  if (!isSecure(answer.url))
    return [failed('page', `${answer.url.origin} is not https`, 'Push works on https only. Put the site behind https.')]
  const page = readPage(answer.text, answer.url, answer.headers.get('content-security-policy'))
  const moved = page.url.origin !== address.origin
  const found: Finding[] = [
    moved
      ? warning(
          'page',
          `${address.origin} leads to ${page.url.origin}`,
          `Set PUSHFERRY_ORIGINS to ${page.url.origin}, the address after the redirect.`,
        )
      : ok('page', page.url.href),
  ]
  const [tag] = page.tags
  const src = tag?.get('src')
  const script = src !== undefined && URL.canParse(src, page.base.href) ? new URL(src, page.base) : undefined
  const given = tag?.get('data-relay')
  const relay = options.relay ?? (given && URL.canParse(given) ? new URL(given) : script && new URL(script.origin))
  if (page.tags.length > 1) found.push(warning('tag', `${page.tags.length} tags load the script`, 'Keep one of them.'))
  else if (tag) found.push(ok('tag', 'there'))
  else if (!relay)
    return [
      ...found,
      failed(
        'tag',
        page.mentions ? 'the page names Pushferry, but has no tag' : 'no tag with pushferry.min.js in the page',
        'Add the tag. If a bundle or a tag manager loads it, give the relay with --relay.',
      ),
    ]
  if (!relay) return [...found, failed('tag', 'its src is not a URL', 'Correct it.')]
  if (tag) found.push(...checkTag(tag, page))
  if (script && tag) found.push(await checkScript(script, tag, ask))
  found.push(...(await checkRelay(relay, page.url, tag?.get('data-vapid-key'), ask)))
  const file = options.serviceWorker ?? tag?.get('data-service-worker') ?? '/pushferry-sw.min.js'
  if (!URL.canParse(file, page.base.href))
    return [...found, failed('worker', 'data-service-worker is not a URL', 'Correct it.')]
  const worker = new URL(file, page.base)
  found.push(...(await checkWorker(worker, { page: page.url, base: page.base, scope: tag?.get('data-scope') }, ask)))
  found.push(checkPolicies(page, relay, script, worker, tag))
  return found
}
