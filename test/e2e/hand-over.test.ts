import { beforeAll, expect, test } from 'vitest'
import { forgetCookies } from './support/cookies.ts'
import { liveSubscription, register, sync, tagPage, tokenOf } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import { type Ingestion, type IngestionEvent, sdkFile, sdkTag, startIngestion } from './support/ingestion.ts'
import type { Tab } from './support/push-browser.ts'
import { type Scene, type SceneOptions, startScene } from './support/scene.ts'
import { built, script } from './support/site.ts'
import { startBrowser } from './support/start-browser.ts'
import { useOwnBrowser } from './support/use-browser.ts'

declare global {
  /** What page scripts have asked of the browser, by name: script URLs and endpoints. */
  var asked: { register: string[]; subscribe: string[]; unsubscribe: string[] }
}

/** Writes down what any script of the page, CleverTap's too, asks of the browser. */
const watch = `<script>
  self.asked = { register: [], subscribe: [], unsubscribe: [] }
  const container = ServiceWorkerContainer.prototype, manager = PushManager.prototype, live = PushSubscription.prototype
  const { register } = container, { subscribe } = manager, { unsubscribe } = live
  container.register = function (url, ...more) {
    asked.register.push(String(url))
    return register.call(this, url, ...more)
  }
  manager.subscribe = async function (...all) {
    const made = await subscribe.apply(this, all)
    asked.subscribe.push(made.endpoint)
    return made
  }
  live.unsubscribe = function () {
    asked.unsubscribe.push(this.endpoint)
    return unsubscribe.call(this)
  }
</script>`

/** Every registration of the site, as `scope script`. */
const workers = (tab: Tab): Promise<string[]> =>
  tab.evaluate(
    async () =>
      (await navigator.serviceWorker.getRegistrations())
        .map(({ scope, active }) => `${new URL(scope).pathname} ${new URL(active?.scriptURL ?? scope).pathname}`)
        .sort(),
    null,
  )

describeBrowsers("the hand-over to CleverTap's real SDK", (name) => {
  const browser = useOwnBrowser(() => startBrowser(name, { origin: '*' }))
  let ingestion: Ingestion
  beforeAll(async () => {
    ingestion = await startIngestion(browser().tab)
  })

  /** Opens a site whose relay does not take this browser's push service. */
  const open = async (worker: string, files: SceneOptions['files'] = () => ({}), head = ''): Promise<Scene> => {
    ingestion.nextId = 'anonymous'
    const scene = await startScene(browser(), {
      // Firefox' own service is not mapped here. Chromium's is always taken, so its refusal is played, below.
      env: { PUSHFERRY_WEB_TYPES: '' },
      files: (relay) => ({
        '/clevertap.min.js': sdkFile(),
        '/pushferry/sw.js': built('pushferry-sw.min.js'),
        '/clevertap_sw.js': built('pushferry-sw.min.js'),
        '/': tagPage(relay, {
          attributes: { 'object-id': null, auto: 'false', fallback: 'clevertap-sdk', 'service-worker': worker },
          head: watch + head + sdkTag,
        }),
        ...files(relay),
      }),
    })
    await browser().tab.goto(`${scene.site.origin}/empty`)
    await forgetCookies(browser().tab)
    await browser().tab.goto(scene.site.origin)
    return scene
  }

  /** The relay does not take the next registration's push service. */
  const refuseNext = ({ relay }: Scene): void => {
    if (name === 'chromium') relay.failNext({ status: 422, body: { code: 'push_service_not_accepted' } }, 'POST')
  }

  const handedOver = { state: 'subscribed', reason: 'handed-to-clevertap-sdk' }
  const notAccepted = { state: 'subscribed', reason: 'push-service-not-accepted' }

  const isTokenOf =
    ({ site }: Scene) =>
    ({ type, origin, data }: IngestionEvent): boolean =>
      type === 'data' && origin === site.origin && 'endpoint' in data
  /** The tokens that the SDK has sent from this site, and under which ID. */
  const tokensOf = (scene: Scene): { id: string | null; token: unknown }[] =>
    ingestion.log
      .all('request')
      .filter(isTokenOf(scene))
      .map(({ id, data }) => ({ id, token: data.endpoint }))
  /** Resolves when the SDK's next token has come: the SDK does not wait for its answer. */
  const sent = (scene: Scene): Promise<unknown> => ingestion.log.take('request', isTokenOf(scene))

  const askedOf = (tab: Tab): Promise<typeof asked> => tab.evaluate(() => asked, null)

  test('sends the very subscription that Pushferry made, and changes neither it nor a worker', async () => {
    const scene = await open('/pushferry/sw.js')
    const { tab } = browser()
    refuseNext(scene)
    expect(await register(tab)).toMatchObject({ ...handedOver, objectId: 'anonymous' })

    const live = await liveSubscription(tab)
    if (!live) throw new Error('there is no subscription')
    const { data } = await ingestion.log.take('request', ({ type, id }) => type === 'data' && id === 'anonymous')
    expect(data).toMatchObject({
      endpoint: tokenOf(live),
      keys: live.keys,
      browser: name === 'firefox' ? 'Firefox' : 'Chrome',
      id: 'TEST-000-000-000Z',
    })
    const { register: scripts, subscribe, unsubscribe } = await askedOf(tab)
    expect({ scripts: new Set(scripts), endpoints: new Set(subscribe), unsubscribe }).toEqual({
      scripts: new Set([`${scene.site.origin}/pushferry/sw.js`]),
      endpoints: new Set([live.endpoint]),
      unsubscribe: [],
    })
    expect(subscribe).toHaveLength(2)
    expect(await workers(tab)).toEqual(['/pushferry/ /pushferry/sw.js'])
  })

  test('is made once, and again for the ID of who logs in', async () => {
    const scene = await open('/pushferry/sw.js')
    const { tab } = browser()
    refuseNext(scene)
    expect(await register(tab)).toMatchObject({ ...handedOver, objectId: 'anonymous' })
    await sent(scene)
    const live = await liveSubscription(tab)
    await tab.reload()
    expect(await sync(tab)).toMatchObject({ ...handedOver, objectId: 'anonymous' })
    const { subscribe: onReturn } = await askedOf(tab)
    // Pushferry's own look; the SDK was not asked for another.
    expect(onReturn).toHaveLength(1)
    expect(tokensOf(scene)).toHaveLength(1)

    ingestion.nextId = 'ada'
    refuseNext(scene)
    await tab.evaluate(async () => {
      clevertap.onUserLogin.push({ Site: { Identity: 'ada@example.com' } })
      while (clevertap.getCleverTapID() !== 'ada') await new Promise((resolve) => setTimeout(resolve, 20))
    }, null)
    expect(await sync(tab)).toMatchObject({ ...handedOver, objectId: 'ada' })
    const { subscribe, unsubscribe } = await askedOf(tab)
    expect({ subscribe, unsubscribe }).toEqual({ subscribe: Array(3).fill(live?.endpoint), unsubscribe: [] })
    await sent(scene)
    expect(tokensOf(scene).at(-1)).toEqual({ id: 'ada', token: tokenOf(live ?? { endpoint: '' }) })
    expect(await workers(tab)).toEqual(['/pushferry/ /pushferry/sw.js'])
  })

  test("shares the worker at CleverTap's usual place, whose scope is the whole site", async () => {
    const scene = await open('/clevertap_sw.js')
    const { tab } = browser()
    refuseNext(scene)
    expect(await register(tab)).toMatchObject(handedOver)
    await sent(scene)
    const live = await liveSubscription(tab)
    const { unsubscribe } = await askedOf(tab)
    expect(tokensOf(scene).map(({ token }) => token)).toEqual([tokenOf(live ?? { endpoint: '' })])
    expect(unsubscribe).toEqual([])
    expect(await workers(tab)).toEqual(['/ /clevertap_sw.js'])
  })

  test("does not happen where it would replace the site's own worker", async () => {
    const scene = await open('/pushferry-sw.min.js', () => ({ '/sw.js': script('// of the site') }))
    const { tab } = browser()
    await tab.evaluate(() => navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready), null)
    refuseNext(scene)
    expect(await register(tab)).toMatchObject(notAccepted)
    expect(tokensOf(scene)).toEqual([])
    expect(await workers(tab)).toEqual(['/ /sw.js', '/pushferry/ /pushferry-sw.min.js'])
  })

  test('does not happen for a subscription of Edge on Windows', async () => {
    const windows = `Object.defineProperty(PushSubscription.prototype, 'endpoint', {
      get: () => 'https://wns2-par02p.notify.windows.com/w/?token=BQYAAAC',
    });`
    // In the worker too, or it would take the subscription for another one and register that.
    const worker = script(`${windows}${built('pushferry-sw.min.js').body}`)
    const scene = await open('/pushferry/sw.js', () => ({ '/pushferry/sw.js': worker }), `<script>${windows}</script>`)
    const { tab } = browser()
    expect(await register(tab)).toMatchObject(notAccepted)
    expect(await sync(tab)).toMatchObject(notAccepted)
    expect(scene.relay.log.all('answered').map(({ method, status }) => `${method} ${status}`)).toContain('POST 422')
    expect((await askedOf(tab)).subscribe).toHaveLength(2)
    expect(tokensOf(scene)).toEqual([])
  })
})
