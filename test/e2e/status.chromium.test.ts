import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { seriousFindings } from './support/accessibility.ts'
import { describeBrowser } from './support/describe-browser.ts'
import { adminKey, useOperatorPage } from './support/operator-page.ts'
import { type RunningRelay, startRelay } from './support/running-relay.ts'
import { createTempFolder } from './support/temp-folder.ts'

const token = (objectId: string) => ({
  type: 'token',
  tokenData: { id: `token-of-${objectId}`, type: 'fcm' },
  objectId,
})

describeBrowser('chromium', 'the status page', () => {
  const { page: operatorPage, complaints } = useOperatorPage()
  let page: Page
  beforeAll(() => {
    page = operatorPage()
  })

  /** A relay of the test's own, whose page is open and live. */
  const open = async (env: Record<string, string> = {}): Promise<{ relay: RunningRelay; clevertap: Simulator }> => {
    const clevertap = await startSimulator()
    onTestFinished(() => clevertap.stop())
    const relay = await startRelay({
      clevertap,
      origin: 'https://www.example.com',
      vapidPublicKey: '',
      env: { PUSHFERRY_ADMIN_KEY: adminKey, PUSHFERRY_RETRY_BASE_MS: '20', PUSHFERRY_RETRY_MAX_MS: '200', ...env },
    })
    onTestFinished(() => relay.stop())
    onTestFinished(async () => void (await page.goto('about:blank')))
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.goto(`${relay.url}/status`)
    await live()
    return { relay, clevertap }
  }
  const live = () => page.locator('[data-lost="false"] .freshness', { hasText: 'Live' }).waitFor()
  const slot = (name: string, text: string | RegExp) =>
    page.locator(`[data-slot="${name}"]`, { hasText: text }).waitFor()
  const tile = async (name: string) => page.locator(`dd[data-slot="${name}"]`).textContent()

  test('an empty relay says that it is ready, and what must be so for tokens to come', async () => {
    await open()
    await slot('answer', 'Nothing yet.')
    await slot('remedy', 'PUSHFERRY_ORIGINS')
    expect(await page.title()).toMatch(/Nothing yet · Pushferry/)
    expect(await seriousFindings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })

  test('tokens that arrive are on it a moment later, without a reload', async () => {
    const { relay } = await open()
    const before = await page.evaluate(() => performance.timeOrigin)
    await relay.send(token('__a'), token('__b'), token('__c'))
    await slot('answer', 'Yes.')
    await slot('headline', 'Everything that arrives reaches CleverTap.')
    await slot('accepted', '3')
    expect(await tile('queue')).toBe('0')
    expect(await tile('rejected')).toBe('0')
    expect(await page.locator('[data-legend="accepted"]').textContent()).toBe('3')
    await relay.send({ ...token('__a'), tokenData: { id: 'another', type: 'fcm' } })
    await page.locator('.events li', { hasText: 'rotated' }).getByText('1', { exact: true }).waitFor()
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(before)
    expect(await seriousFindings(page)).toEqual([])
  })

  test('an outage is on it with its cause and what waits, and so is its end', async () => {
    const { relay, clevertap } = await open()
    clevertap.fail({ kind: 'status', status: 503, times: 'always' })
    await relay.send(token('__a'), token('__b'))
    await slot('answer', 'Not right now.')
    await slot('headline', 'CleverTap answers with errors (HTTP 503)')
    await slot('remedy', 'Nothing is lost')
    await slot('queue', '2')
    await slot('state', 'Uploads have been failing')
    expect(await page.title()).toMatch(/^! Not right now · /)
    expect(await seriousFindings(page)).toEqual([])
    clevertap.clearFaults()
    await slot('answer', 'Yes.')
    await slot('accepted', '2')
    const changes = page.locator('.changes')
    await changes.getByText('Uploads began to fail: CleverTap answers with errors (HTTP 503).').waitFor()
    await changes.getByText('Uploads succeeded again.').waitFor()
  })

  test('refused credentials are named with the settings that hold them', async () => {
    const { relay, clevertap } = await open()
    clevertap.fail({ kind: 'status', status: 401, times: 'always' })
    await relay.send(token('__a'))
    await slot('answer', 'No.')
    await slot('headline', 'CleverTap refuses the credentials (HTTP 401)')
    await slot('remedy', 'CLEVERTAP_PASSCODE')
    await slot('nextTry', 'Next try in')
    expect(await seriousFindings(page)).toEqual([])
  })

  test('a CleverTap that wants fewer requests gets fewer, and the page says how many', async () => {
    const { relay, clevertap } = await open()
    clevertap.fail({ kind: 'status', status: 429, times: 1, retryAfter: 0, dryRun: false })
    await relay.send(token('__a'))
    await slot('slotsNote', 'allowed since a 429')
    await slot('accepted', '1')
    await slot('answer', 'Yes.')
  })

  test('rejected records are tried again after a question, by keyboard too', async () => {
    const { relay, clevertap } = await open()
    clevertap.fail({ kind: 'reject', code: 534, objectIds: ['__a', '__b'], times: 1, dryRun: false })
    clevertap.fail({ kind: 'reject', code: 535, objectIds: ['__c'], times: 1, dryRun: false })
    await relay.send(token('__a'), token('__b'), token('__c'), token('__d'))
    await slot('answer', 'Not all.')
    await slot('headline', 'CleverTap rejected 3 of 4 uploaded records')
    const code = page.locator('.codes li', { hasText: '534' })
    await code.getByText('The type of the token does not fit the platform').waitFor()
    await page.locator('.latest li', { hasText: "CleverTap's message" }).nth(2).waitFor()
    expect(await page.locator('.latest').textContent()).not.toContain('token-of-')
    expect(await seriousFindings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)

    const retry = code.getByRole('button', { name: 'Try all 2 again' })
    const dialog = page.getByRole('dialog', { name: 'Try again?' })
    await retry.focus()
    await page.keyboard.press('Enter')
    await dialog.getByText('2 records that were rejected with code 534 will be sent to CleverTap again.').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(await retry.evaluate((button) => button === document.activeElement)).toBe(true)
    expect(clevertap.counts.accepted).toBe(1)

    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: 'Try again' }).press('Enter')
    await page.getByText('2 records queued again. Watch the queue above.').waitFor()
    await slot('accepted', '3')
    await code.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Try it again' }).click()
    await dialog.getByRole('button', { name: 'Leave them' }).click()
    expect(clevertap.counts.accepted).toBe(3)
  })

  test('everything that can be done with a mouse can be done with the keyboard, in the order of the page', async () => {
    const { relay, clevertap } = await open()
    clevertap.fail({ kind: 'reject', code: 534, times: 'always' })
    await relay.send(token('__a'))
    await page.getByRole('button', { name: 'Try it again' }).waitFor()
    const reached: string[] = []
    for (let presses = 0; presses < 9; presses++) {
      await page.keyboard.press('Tab')
      reached.push(
        await page.evaluate(() => {
          const { activeElement: at } = document
          const { outlineStyle } = getComputedStyle(at ?? document.body)
          return `${at?.id || at?.textContent}${outlineStyle === 'none' ? ' without a mark' : ''}`
        }),
      )
    }
    expect(reached).toEqual([
      'Try it again',
      '5 minutes',
      'Hour',
      'Day',
      'step',
      'The same as a table',
      'status.json',
      'metrics',
      'openapi.json',
    ])
  })

  test('shows another stretch of time, one point of it, and the numbers as a table', async () => {
    const { relay } = await open()
    await relay.send(token('__a'))
    await slot('accepted', '1')
    await page.getByRole('link', { name: 'Day' }).press('Enter')
    expect(new URL(page.url()).search).toBe('?range=day')
    const slider = page.getByRole('slider', { name: 'Point in time' })
    await slider.press('Home')
    expect(await page.locator('output').textContent()).toMatch(/^\d\d:\d\d$/)
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/Accepted 0/)
    expect(await page.locator('[data-legend="accepted"]').textContent()).toBe('0')
    await page.getByText('The same as a table').press('Enter')
    expect(await page.locator('[data-legend="accepted"]').textContent()).toBe('1')
    const steps = page.getByRole('table').getByRole('row')
    // The table is made as it opens, a turn after the key.
    await expect.poll(() => steps.count()).toBe(1 + 144)
    expect(await steps.filter({ has: page.locator('td:nth-child(3)', { hasText: '1' }) }).count()).toBe(1)
    await page.reload()
    await live()
    expect(await page.getByRole('link', { name: 'Day' }).getAttribute('aria-current')).toBe('true')
  })

  test('of several accounts shows the one that is doing worst, and beside it how the others are', async () => {
    const folder = createTempFolder()
    onTestFinished(() => folder.remove())
    const file = join(folder.path, 'accounts.json')
    const second = {
      accountId: 'SECOND',
      passcode: 'another',
      origins: 'https://m.example.com',
      apiKeys: 'another-key',
    }
    writeFileSync(file, JSON.stringify({ accounts: [second, { accountId: 'SIM-000-0000' }] }))
    const { relay, clevertap } = await open({ PUSHFERRY_CONFIG: file })
    const accounts = page.getByRole('navigation', { name: 'Accounts' })
    const shown = accounts.locator('[aria-current="page"]')
    clevertap.fail({ kind: 'status', status: 401, times: 'always' })
    await relay.send(token('__a'))
    await accounts.getByRole('link', { name: 'SIM-000-0000 action needed' }).waitFor()
    expect(await shown.textContent()).toContain('SECOND')
    await page.goto(`${relay.url}/status`)
    await live()
    expect(await shown.textContent()).toContain('SIM-000-0000')
    await slot('answer', 'No.')
    expect(await seriousFindings(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    await accounts.getByRole('link', { name: 'SECOND nothing yet' }).click()
    await slot('answer', 'Nothing yet.')
    await live()
  })

  test('works where the address holds the password', async () => {
    const { relay, clevertap } = await open()
    clevertap.fail({ kind: 'reject', code: 534, times: 1, dryRun: false })
    await relay.send(token('__a'))
    await page.goto(`${relay.url.replace('//', `//operator:${adminKey}@`)}/status`)
    await live()
    await page.getByRole('button', { name: 'Try it again' }).click()
    await page.getByRole('button', { name: 'Try again', exact: true }).click()
    await page.getByText('1 record queued again').waitFor()
  })

  test('says when it has lost the relay, and comes back by itself', async () => {
    await page.clock.install()
    const { relay } = await open()
    await relay.down()
    await page.clock.fastForward(20_000)
    await page.locator('[data-lost="true"] .freshness', { hasText: 'No update from the relay for' }).waitFor()
    await relay.up()
    await page.clock.runFor(2_000)
    await live()
    // Of the tries in between the browser may or may not complain.
    expect(complaints.splice(0).filter((text) => !/net::ERR_/.test(text))).toEqual([])
  })
})
