import { expect, test } from 'vitest'
import { becomes, failureOf, idlePage, liveToken, register, status, sync, tagPage } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import type { Tab } from './support/push-browser.ts'
import { startScene } from './support/scene.ts'
import { built, html, script } from './support/site.ts'
import { useBrowser } from './support/use-browser.ts'

/** Scope and worker of each registration of this site. */
const registrations = (tab: Tab): Promise<string[]> =>
  tab.evaluate(
    async () =>
      (await navigator.serviceWorker.getRegistrations()).map(
        ({ scope, active }) => `${new URL(scope).pathname} ${new URL(active?.scriptURL ?? scope).pathname}`,
      ),
    null,
  )

/** `self.PUSHFERRY` as a page or a tag manager writes it. */
const globalSettings = (relay: string) =>
  `<script>self.PUSHFERRY = { relay: '${relay}', objectId: 'customer-1' }</script>`

describeBrowsers('pages of the field', (name) => {
  const browser = useBrowser(name)

  test('B3: two routes of a site with <base> have one registration and one subscription', async () => {
    const page = { attributes: { 'service-worker': 'pushferry-sw.min.js' }, head: '<base href="/">' }
    const { site, relay } = await startScene(browser(), {
      files: (url) => ({ '/': tagPage(url, page), '/products/42': tagPage(url, page) }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    const token = await liveToken(tab)
    await tab.goto(`${site.origin}/products/42`)
    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(await registrations(tab)).toEqual(['/pushferry/ /pushferry-sw.min.js'])
    expect(await liveToken(tab)).toBe(token)
    expect(relay.log.all('answered').filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  test("a script in a sub-path leaves the site's own worker there alone", async () => {
    const { site } = await startScene(browser(), {
      files: (url) => ({
        '/shop/': tagPage(url, { attributes: { 'service-worker': '/shop/pushferry-sw.min.js' } }),
        '/shop/sw.js': script('// the worker of the shop'),
        '/shop/pushferry-sw.min.js': built('pushferry-sw.min.js'),
      }),
    })
    const { tab } = browser()
    await tab.goto(`${site.origin}/empty`)
    await tab.evaluate(async () => void (await navigator.serviceWorker.register('/shop/sw.js')), null)
    await tab.goto(`${site.origin}/shop/`)
    await becomes(tab, 'registered')
    expect((await registrations(tab)).sort()).toEqual([
      '/shop/ /shop/sw.js',
      '/shop/pushferry/ /shop/pushferry-sw.min.js',
    ])
  })

  test.each([
    ['before', { head: '<script>Object.prototype.each = function () {}</script>' }],
    ['after', { body: '<script>Object.prototype.each = function () {}</script>' }],
  ])('B5: members that another script puts on Object.prototype %s the tag are ignored', async (_, page) => {
    const { site, relay, onProfile } = await startScene(browser(), { files: (url) => ({ '/': idlePage(url, page) }) })
    const { tab } = browser()
    await tab.goto(site.origin)
    expect(await register(tab)).toMatchObject({ state: 'registered' })
    await onProfile('customer-1', await liveToken(tab))
    expect(await sync(tab)).toMatchObject({ state: 'registered' })
    expect(relay.log.all('answered').filter(({ method }) => method === 'DELETE')).toEqual([])
  })

  test('B7: a site that deletes the database at a logout is not held up, and the page goes on', async () => {
    const { site } = await startScene(browser())
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    // The page may be writing its row. A connection that it kept would hold the deletion up for as long as the page lives.
    const deleted = await tab.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const request = indexedDB.deleteDatabase('pushferry')
          request.onblocked = () => setTimeout(resolve, 10_000, false)
          request.onsuccess = () => resolve(true)
        }),
      null,
    )
    expect(deleted).toBe(true)
    expect(await sync(tab)).toMatchObject({ state: 'registered', objectId: 'customer-1' })
    const stored = await tab.evaluate(async () => (await indexedDB.databases()).map((one) => one.name), null)
    expect(stored).toContain('pushferry')
  })

  test.each([
    [
      'as type="module", with attributes',
      (relay: string) => `
      <script type="module" src="/pushferry.min.js" data-relay="${relay}" data-object-id="customer-1"></script>`,
    ],
    [
      'imported by a module',
      (relay: string) => `${globalSettings(relay)}
      <script type="module">import '/pushferry.min.js'</script>`,
    ],
    [
      'inlined',
      (relay: string) =>
        `<script data-relay="${relay}" data-object-id="customer-1">${built('pushferry.min.js').body}</script>`,
    ],
    [
      'evaluated as text by a loader',
      (relay: string) => `${globalSettings(relay)}
      <script>fetch('/pushferry.min.js').then((answer) => answer.text()).then((text) => (0, eval)(text))</script>`,
    ],
    [
      'inserted by a tag manager that drops data attributes',
      (relay: string) => `${globalSettings(relay)}
      <script>document.head.append(Object.assign(document.createElement('script'), { src: '/pushferry.min.js' }))</script>`,
    ],
  ])('B8: the script works %s', async (_, page) => {
    const { site, relay, onProfile } = await startScene(browser())
    site.serve('/', html(`<!doctype html><title>A site</title>${page(relay.url)}`))
    const { tab } = browser()
    await tab.goto(site.origin)
    await relay.log.take('answered', ({ method, status: code }) => method === 'POST' && code === 202)
    await becomes(tab, 'registered')
    await onProfile('customer-1', await liveToken(tab))
  })

  test('B8: a script that is told no relay says so in one line, and the global can make a client', async () => {
    const { site, relay } = await startScene(browser())
    site.serve(
      '/',
      html(`<!doctype html><title>A site</title>
        <script>self.lines = []; console.error = (line) => lines.push(line)</script>
        <script>${built('pushferry.min.js').body}</script>`),
    )
    const { tab } = browser()
    await tab.goto(site.origin)
    const lines = await tab.evaluate(() => (self as unknown as { lines: string[] }).lines, null)
    expect(lines).toEqual([expect.stringContaining('data-relay')])
    const made = await tab.evaluate(
      async (url) => pushferry.createPush({ relay: url, objectId: 'customer-1' }).register(),
      relay.url,
    )
    expect(made).toMatchObject({ state: 'registered' })
  })

  test('B9: evaluated twice, stub and all, it is one client, and the first listeners hear of it', async () => {
    const stub = `self.pushferry = { q: [] }; for (const name of ['onChange', 'register'])
      pushferry[name] = (...values) => new Promise((resolve) => pushferry.q.push([name, values, resolve]))`
    const { site, relay } = await startScene(browser(), { files: (url) => ({ '/': idlePage(url) }) })
    const { tab } = browser()
    await tab.goto(site.origin)
    const heard = await tab.evaluate(async (again) => {
      const states: string[] = []
      pushferry.onChange(({ state }) => states.push(state))
      const reload = () =>
        new Promise((resolve) => {
          const tag = document.createElement('script')
          tag.src = '/pushferry.min.js'
          Object.assign(tag.dataset, { relay: 'https://another.example', objectId: 'customer-2' })
          tag.onload = resolve
          document.head.append(tag)
        })
      await reload()
      const inline = document.createElement('script')
      inline.textContent = again
      document.head.append(inline)
      await reload()
      await pushferry.register()
      return states
    }, stub)
    expect(heard).toEqual(['registered'])
    const sent = relay.log.all('answered').filter(({ method }) => method === 'POST')
    expect(sent).toMatchObject([{ sent: { objectId: 'customer-1' } }])
  })

  test('B10: in a sandboxed frame every verb says unsupported', async () => {
    const { site } = await startScene(browser(), {
      files: (url) => ({
        '/outer': html('<!doctype html><title>Outer</title><iframe sandbox="allow-scripts" src="/frame"></iframe>'),
        '/frame':
          html(`<!doctype html><script src="/pushferry.min.js" data-relay="${url}" data-auto="false"></script><script>
          const say = (verb, state) => navigator.sendBeacon('/report', JSON.stringify({ type: 'verb', verb, state }))
          for (const verb of ['status', 'sync', 'unregister'])
            pushferry[verb]().then(({ state }) => say(verb, state), (error) => say(verb, String(error)))
          pushferry.register().catch(({ code }) => say('register', code))
        </script>`),
      }),
    })
    await browser().tab.goto(`${site.origin}/outer`)
    for (const verb of ['status', 'sync', 'unregister', 'register'])
      expect(await site.report('verb', { verb })).toMatchObject({ state: 'unsupported' })
  })

  test('B12: elements that take our names and those of the document change nothing', async () => {
    const attacker = 'https://attacker.example'
    const { site, onProfile } = await startScene(browser(), {
      files: (url) => ({
        '/': tagPage(url, {
          head: `<img name="currentScript" data-relay="${attacker}" src="${attacker}/pushferry.min.js">
            <img name="cookie"><img id="PUSHFERRY" data-relay="${attacker}">
            <img name="querySelectorAll"><img name="baseURI">
            <form id="pushferry"><input name="q"><input name="createPush"></form>
            <iframe name="pushferry" src="data:text/html,"></iframe><iframe name="PUSHFERRY" src="data:text/html,"></iframe>`,
        }),
      }),
    })
    const { tab } = browser()
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    await onProfile('customer-1', await liveToken(tab))
    expect(await status(tab)).toMatchObject({ state: 'registered' })
  })

  test('B11: a proxy that answers with a code of another kind is shown by its status', async () => {
    const { site, relay, vapid } = await startScene(browser())
    site.serve('/', idlePage(relay.url, { attributes: { 'vapid-key': vapid.publicKey } }))
    const { tab } = browser()
    await tab.goto(site.origin)
    relay.failNext({ status: 403, body: { code: 'BLOCKED_BY_RULE' } })
    expect(await failureOf(tab, 'register')).toMatchObject({ code: 'relay-refused', cause: 'http-403' })
    expect(await status(tab)).toMatchObject({ state: 'subscribed', reason: 'http-403' })
  })
})

describeBrowsers('a user who is asked by the site first', (name) => {
  const browser = useBrowser(name, 'undecided')

  test('B13: a permission that the browser takes back is told to the relay once, with its own reason', async () => {
    const { site, relay } = await startScene(browser())
    const { tab } = browser()
    await browser().setPermission(site.origin, 'granted')
    await tab.goto(site.origin)
    await becomes(tab, 'registered')
    await browser().setPermission(site.origin, 'default')
    await tab.reload()
    await relay.log.take('answered', ({ method, status: code }) => method === 'DELETE' && code === 204)
    expect(await sync(tab)).toMatchObject({ state: 'prompt', reason: 'permission-revoked' })
    await tab.reload()
    expect(await sync(tab)).toMatchObject({ state: 'prompt', reason: 'permission-revoked' })
    expect(relay.log.all('answered').filter(({ method }) => method === 'DELETE')).toHaveLength(1)
    expect(await relay.ask('/v1/tokens/customer-1')).toMatchObject({ state: 'withdrawn' })
  })
})
