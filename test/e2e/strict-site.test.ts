import { expect, test } from 'vitest'
import { describeBrowsers } from './support/describe-browser.ts'
import { reportQuestions } from './support/first-visit.ts'
import { startScene } from './support/scene.ts'
import { built, html, type SiteFile, script } from './support/site.ts'
import { useBrowser } from './support/use-browser.ts'

/** SPEC §2's policy, and nothing that it does not name. */
const policy = (relay: string) =>
  `default-src 'self'; connect-src 'self' ${relay}; script-src 'self' ${relay}; require-trusted-types-for 'script'`

const under = (policyText: string, file: SiteFile): SiteFile => ({
  ...file,
  headers: { ...file.headers, 'content-security-policy': policyText },
})

/** Loaded first: every violation in the page is reported, in order. */
const reportViolations = script(`
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
  fetch('/report', {
    method: 'POST',
    body: JSON.stringify({ type: 'violation', violatedDirective, blockedURI, sample }),
  }))`)

/** In the worker's scope it does the same. */
const watchedWorker = (worker: SiteFile): SiteFile => ({ ...worker, body: `${reportViolations.body};\n${worker.body}` })

/** What a site's own script does with ours; it sees the events, because the policy lets no test into the page. */
const app = script(`
const report = (report) => fetch('/report', { method: 'POST', body: JSON.stringify(report) })
document.querySelector('#go').onclick = () =>
  pushferry.register().then(({ state }) => report({ type: 'registered', state }), ({ code }) => report({ type: 'failed', code }))
document.querySelector('#ask').onclick = () => {
  pushferryPrompt({ onChoice: (choice) => report({ type: 'choice', choice }) }).show()
  const look = () => {
    const buttons = document.querySelector('pushferry-prompt')?.shadowRoot.querySelector('[part=buttons]')
    if (buttons) report({ type: 'styled', display: getComputedStyle(buttons).display })
    else requestAnimationFrame(look)
  }
  look()
}
document.querySelector('#sin').onclick = () => { document.body.innerHTML = '<p>a string in a sink</p>' }
report({ type: 'loaded' })`)

const page = (relay: string, head = '') =>
  html(`<!doctype html>
<title>A strict site</title>
<script src="/violations.js"></script>
${head}
<script src="${relay}/pushferry.min.js" data-relay="${relay}" data-object-id="customer-1" data-auto="false"></script>
<script src="/pushferry-prompt.min.js"></script>
<button id="go">Subscribe</button> <button id="ask">Ask softly</button> <button id="sin">Sin</button>
<script src="/app.js"></script>`)

const strictFiles = (relay: string, head?: string) => {
  const strict = (file: SiteFile) => under(policy(relay), file)
  return {
    '/': strict(page(relay, head)),
    '/violations.js': reportViolations,
    '/app.js': app,
    '/pushferry-sw.min.js': strict(watchedWorker(built('pushferry-sw.min.js'))),
    '/r': html(''),
  }
}

describeBrowsers('a site under a strict policy with Trusted Types', (name) => {
  const browser = useBrowser(name)

  test('script from the relay, worker and registration violate nothing, and the watch itself works', async () => {
    const { site, relay, onProfile } = await startScene(browser(), { files: strictFiles })
    const { tab } = browser()
    await tab.goto(site.origin)
    await site.report('loaded')
    await tab.click('#go')
    expect(await site.report('registered')).toMatchObject({ state: 'registered' })
    const { sent } = await relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)
    await onProfile('customer-1', `${sent?.tokenData.id}`)

    await tab.click('#sin')
    expect(await site.report('violation')).toMatchObject({ violatedDirective: 'require-trusted-types-for' })
    expect(site.reports().filter(({ type }) => type === 'violation')).toHaveLength(1)
  })

  test('it sends requests only to the site and the relay', async () => {
    const { site, relay } = await startScene(browser(), { files: strictFiles })
    const { tab } = browser()
    await tab.goto(site.origin)
    await tab.click('#go')
    await site.report('registered')
    const hosts = await tab.evaluate(
      () => [...new Set(performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin))].sort(),
      null,
    )
    expect(hosts).toEqual([relay.url, site.origin].sort())
  })
})

describeBrowsers('the soft prompt under a strict policy with Trusted Types', (name) => {
  const browser = useBrowser(name, 'undecided')

  test('opens, is styled and registers without a violation', async () => {
    const { site, relay } = await startScene(browser(), {
      files: (url) => ({
        ...strictFiles(url, '<script src="/questions.js"></script>'),
        '/questions.js': script(reportQuestions(name)),
      }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    await site.report('loaded')
    await tab.click('#ask')
    // The style sheet that a policy without 'unsafe-inline' might have taken away: only in it is the list of buttons one.
    await site.report('styled', { display: 'flex' })
    await tab.click('[part=accept]')
    expect(await site.report('asked')).toMatchObject({ activation: true })
    await browser().setPermission(site.origin, 'granted')
    await relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)
    expect(await site.report('choice')).toMatchObject({ choice: 'accepted' })

    await tab.click('#sin')
    await site.report('violation')
    expect(site.reports().filter(({ type }) => type === 'violation')).toHaveLength(1)
  })
})
