import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DemoFolder, makeDemoFolder, type RunningDemo, startDemo } from '../demo/start-demo.ts'
import { seriousFindings } from './support/accessibility.ts'
import { type ChromiumBrowser, startChromium } from './support/chromium.ts'
import { describeBrowser } from './support/describe-browser.ts'

describeBrowser('chromium', 'the demo', () => {
  let folder: DemoFolder
  let browser: ChromiumBrowser
  let demo: RunningDemo
  let page: Page
  /** Violations of the page's policy, and whatever else the browser complains about. */
  const complaints: string[] = []

  beforeAll(async () => {
    folder = makeDemoFolder()
    browser = await startChromium({ origin: 'http://localhost', permission: 'default' })
    const pushService = new URL(browser.service.urlFor('https://push.example/')).origin
    demo = await startDemo(folder, { DEMO_PUSH_SERVICE: pushService })
    const [first] = browser.native.pages()
    if (!first) throw new Error('the browser has no page')
    page = first
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.goto(demo.site)
  })
  afterAll(async () => {
    await browser?.stop()
    await demo?.stop('SIGINT')
    folder?.remove()
  })

  const step = (name: string, state: string) =>
    page.locator(`#journey > li.${state}`, { has: page.getByRole('heading', { name }) })
  /** What a block of JSON says, folded or not. */
  const json = async (within: string, title: string): Promise<unknown> => {
    const block = page.locator(`${within} details`, { has: page.locator('summary', { hasText: title }) })
    return JSON.parse((await block.locator('pre').textContent()) ?? '')
  }
  const postNative = () => page.getByRole('button', { name: 'Post it to /1/upload' }).click()
  const cleverTap = (what: string) => page.getByRole('radio', { name: what }).check()

  test('asks for nothing before a click, and can be used by everybody', async () => {
    await page.getByText('CleverTap: simulated, working').waitFor()
    await page.locator('#state', { hasText: 'prompt' }).waitFor()
    expect(await page.locator('#journey > li.todo').count()).toBe(5)
    expect(await page.evaluate(() => Notification.permission)).toBe('default')
    expect(await page.locator('#stored tbody tr').count()).toBe(6)
    expect(await seriousFindings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  test('one click brings the token to CleverTap, with the JSON of each step', async () => {
    await browser.native.grantPermissions(['notifications'], { origin: demo.site })
    await page.getByRole('button', { name: 'Subscribe this browser' }).click()
    await step('CleverTap', 'done').waitFor()
    expect(await page.locator('#journey > li.done').count()).toBe(5)
    const objectId = await page.locator('#object-id').inputValue()
    const { endpoint, keys } = Object(await json('#journey', 'PushSubscription'))
    const token = { id: endpoint.slice(endpoint.lastIndexOf('/') + 1), type: 'chrome' }
    const record = { type: 'token', tokenData: { ...token, keys }, objectId }
    expect(await json('#journey', 'POST /v1/subscriptions')).toEqual({ ...record, endpoint })
    expect(await json('#journey', 'The answer, 202')).toMatchObject({ result: 'queued', objectId })
    expect(await json('#journey', 'The record that CleverTap received')).toMatchObject({ objectId, tokenData: token })
    expect(await json('#journey', 'GET /v1/tokens/')).toMatchObject({ objectId, state: 'accepted' })
    await page.locator('#stored tr.own', { hasText: objectId }).waitFor()
  })

  test('a test notification arrives, and is reported as viewed and as clicked', async () => {
    await page.getByRole('button', { name: 'Send a test notification' }).click()
    const shown = await browser.desktop.next()
    expect(shown.title).toBe('Your token arrived')
    await page.getByText('Arrived: the worker showed it').waitFor()
    browser.desktop.click(shown)
    await page.getByText('Clicked, and reported as clicked').waitFor()
    expect(await browser.tabUrls()).toEqual([`${demo.site}/`])
  })

  test('while CleverTap is down tokens wait in the relay, and arrive when it is back', async () => {
    await cleverTap('500 outage')
    await page.getByText('CleverTap: simulated, made to fail').waitFor()
    await page.getByRole('button', { name: 'New one' }).click()
    await step('CleverTap', 'waiting').waitFor()
    await postNative()
    await page.locator('#native-result .badge', { hasText: 'queued' }).waitFor()
    await page.getByText('Relay: uploads fail, trying again').waitFor()
    await page.getByText('2 tokens of yours wait; nothing is lost').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.setViewportSize({ width: 1280, height: 900 })
    await cleverTap('works as documented')
    await step('CleverTap', 'done').waitFor()
    await page.locator('#native-result .badge', { hasText: 'accepted' }).waitFor()
    await page.getByText('Relay: ready').waitFor()
  })

  test('a refused passcode suspends the uploads, and the relay goes on taking tokens', async () => {
    await cleverTap('401 passcode refused')
    await page.getByRole('button', { name: 'Another sample' }).click()
    await postNative()
    await page.getByText('Relay: uploads suspended').waitFor()
    expect(await json('#native-result', 'The answer, 200')).toMatchObject({ status: 'success', processed: 1 })
    await page.getByText('tries the passcode once a minute').waitFor()
    await cleverTap('works as documented')
    await page.getByText('The relay will see it when it asks the next time, within a minute').waitFor()
  })

  test('a bad record is answered with its code', async () => {
    await page.getByLabel('CleverTap ID', { exact: true }).fill('not an id')
    await postNative()
    await page.getByText('Not taken, code 530: objectId has white space').waitFor()
  })

  test('leads to the status page of its relay, whose password stands in the terminal', async () => {
    const link = page.getByRole('link', { name: 'its status page' })
    expect(await link.getAttribute('href')).toBe(`${demo.relay}/status`)
    expect(demo.out).toContain(`${demo.relay}/status`)
  })

  test('unsubscribing takes it back here and at the relay', async () => {
    await page.getByRole('button', { name: 'Unsubscribe' }).click()
    await step('Subscription', 'todo').waitFor()
    await page.getByText('Withdrawn at the relay').waitFor()
    expect(await page.getByRole('button', { name: 'Send a test notification' }).isDisabled()).toBe(true)
  })

  test('says what to do when the push service cannot be reached', async () => {
    for (let tries = 0; tries < 9; tries++) browser.service.failNext('refuse')
    await page.getByRole('button', { name: 'Subscribe this browser' }).click()
    await page.getByRole('alert').getByText('push-service-unavailable').waitFor()
    await step('Subscription', 'failed').waitFor()
  })

  test('has no violation of its policy, and nothing else to complain about', () => {
    expect(complaints).toEqual([])
  })
})
