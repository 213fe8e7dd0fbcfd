import { Script } from 'node:vm'
import { type Ask, isJavaScript, typeOf } from './ask.ts'
import { blockedBy, parsePolicies } from './csp.ts'
import { type Finding, failed, ok } from './finding.ts'

const name = 'worker'

/** The absolute URLs and paths that a classic worker imports. */
const importsOf = (code: string): readonly string[] =>
  [...code.matchAll(/importScripts\s*\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    [...list.matchAll(/["'`]([^"'`]+)["'`]/g)].map(([, address = '']) => address),
  )

/** Why a browser would not run this code as a classic script; undefined when it would. Parses the code and does not run it. */
const syntaxProblem = (code: string): string | undefined => {
  try {
    new Script(code)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const checkCode = (path: string, text: string): Finding | undefined => {
  const problem = syntaxProblem(text)
  if (problem !== undefined)
    return failed(
      name,
      `${path} is not a classic script (${problem})`,
      'Correct it. Bundle a worker that imports modules as one classic script, or register it yourself and give createPush its registration.',
    )
  if (!/pushferry/i.test(text))
    return failed(
      name,
      `${path} does not load Pushferry`,
      "Add to it: importScripts('https://…/pushferry-sw.min.js'), with the address of your relay.",
    )
  if (importsOf(text).some((address) => /pushferry\.min\.js/.test(address)))
    return failed(
      name,
      `${path} imports pushferry.min.js, which is the script for pages`,
      'Import pushferry-sw.min.js from the same folder in its place.',
    )
  return undefined
}

const checkImport = async (
  address: string,
  worker: URL,
  csp: string | null,
  ask: Ask,
): Promise<Finding | undefined> => {
  if (!URL.canParse(address, worker.href))
    return failed(name, 'imports something that is not a URL', 'Correct importScripts in the worker.')
  const url = new URL(address, worker)
  const blocked = blockedBy(parsePolicies(csp ?? ''), 'script-src', url, worker)
  if (blocked)
    return failed(
      name,
      `${blocked} of the worker's own Content-Security-Policy blocks ${url.origin}`,
      `Add ${url.origin} to script-src in the policy that comes with the worker file.`,
    )
  const answer = await ask(url)
  if (answer.kind === 'none')
    return failed(
      name,
      `imports ${url}, which gives no answer (${answer.reason})`,
      'Correct importScripts in the worker.',
    )
  if (answer.status !== 200 || !isJavaScript(answer.headers))
    return failed(
      name,
      `imports ${url}, which answers ${answer.status}, ${typeOf(answer.headers)}`,
      'Correct importScripts in the worker.',
    )
  return undefined
}

const checkScope = (worker: URL, wanted: string | undefined, base: URL, headers: Headers): Finding => {
  const isDefault = worker.pathname.split('/').at(-1)?.startsWith('pushferry') === true
  const scope = new URL(wanted ?? (isDefault ? 'pushferry/' : '.'), wanted === undefined ? worker : base)
  const allowed = new URL(headers.get('service-worker-allowed') ?? '.', worker)
  if (scope.origin !== worker.origin || !scope.pathname.startsWith(allowed.pathname))
    return failed(
      'scope',
      `${scope.pathname} lies outside ${allowed.pathname}`,
      `Put the worker file higher, or send it with the header Service-Worker-Allowed: ${scope.pathname}`,
    )
  return ok('scope', scope.pathname)
}

/**
 * Checks the worker file as a browser that registers it does: same origin, no redirect, a script, its imports, its
 * scope.
 */
export const checkWorker = async (
  worker: URL,
  { page, base, scope }: { page: URL; base: URL; scope: string | undefined },
  ask: Ask,
): Promise<Finding[]> => {
  if (worker.origin !== page.origin)
    return [
      failed(
        name,
        `${worker.href} is on another origin than the page`,
        `Put the file on ${page.origin} with one line in it: importScripts('${worker.href}')`,
      ),
    ]
  const answer = await ask(worker, { redirect: 'manual', headers: { 'service-worker': 'script' } })
  if (answer.kind === 'none') return [failed(name, `no answer for ${worker.pathname} (${answer.reason})`, 'Try again.')]
  const { status, headers, text } = answer
  if (status >= 300 && status < 400)
    return [
      failed(
        name,
        `${worker.pathname} redirects`,
        'Browsers refuse a worker behind a redirect. Serve the file at this address itself.',
      ),
    ]
  if (status !== 200)
    return [
      failed(
        name,
        `${worker.pathname} answers ${status}`,
        "Put the worker file there (one line: importScripts('RELAY/pushferry-sw.min.js')), or name its address in data-service-worker.",
      ),
    ]
  if (!isJavaScript(headers))
    return [
      failed(
        name,
        `${worker.pathname} is ${typeOf(headers)}`,
        /html/i.test(typeOf(headers))
          ? 'The server answers with a page for missing files. Put the worker file there.'
          : 'Serve it as text/javascript.',
      ),
    ]
  const problem = checkCode(worker.pathname, text)
  if (problem) return [problem]
  for (const address of importsOf(text).filter((one) => /pushferry/i.test(one))) {
    const finding = await checkImport(address, worker, headers.get('content-security-policy'), ask)
    if (finding) return [finding]
  }
  return [ok(name, `${worker.pathname} is there`), checkScope(worker, scope, base, headers)]
}
