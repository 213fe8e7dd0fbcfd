import type { Page } from 'playwright-core'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createAdminGuard } from '../../src/relay/http/admin-guard.ts'
import { createRefuse } from '../../src/relay/http/refuse.ts'
import { silentLog } from '../../src/relay/operations/log.ts'
import { createRefusalLog } from '../../src/relay/operations/refusal-log.ts'
import { addStatus } from '../../src/relay/operations/status/routes.ts'
import type { Series } from '../../src/relay/operations/status/view/snapshot.ts'
import { createMemoryStore } from '../fakes/memory-store.ts'
import { startServer } from '../relay/http/running-server.ts'
import { accountStatus, pageState } from '../relay/operations/status/sample-state.ts'
import { seriousFindings } from './support/accessibility.ts'
import { describeBrowser } from './support/describe-browser.ts'
import { drawnLine } from './support/drawn-line.ts'
import { adminKey, useOperatorPage } from './support/operator-page.ts'

const all = <T>(value: T): T[] => Array.from({ length: 60 }, () => value)
/** An hour of what is made up. */
const series = (more: Partial<Series> = {}): Series => ({
  startsAt: Date.now() - 3_600_000,
  stepMs: 60_000,
  queued: all(0),
  accepted: all(0),
  rejected: all(0),
  waiting: all(null),
  latencyP50Ms: all(null),
  latencyP95Ms: all(null),
  ...more,
})
/** Twice as many in the first half of the hour as in the second. */
const halves = (high: number): number[] => [...all(high).slice(30), ...all(high / 2).slice(30)]
const withOne = <T>(values: T[], step: number, value: T): T[] => values.map((one, at) => (at === step ? value : one))

describeBrowser('chromium', "the status page's charts", () => {
  const { page: operatorPage, complaints } = useOperatorPage()
  let page: Page
  beforeAll(() => {
    page = operatorPage()
  })

  /** The page with a past that is made up, and a way to let another one arrive. */
  const open = async (hour: Series) => {
    const snapshot = (shown: Series) => {
      const { account: _, ...rest } = pageState()
      return { ...rest, accounts: [accountStatus({ series: { live: shown, hour: shown, day: shown } })] }
    }
    let current = snapshot(hour)
    const refuse = createRefuse(createRefusalLog(silentLog))
    const store = createMemoryStore()
    const status = {
      snapshots: {
        current: async () => current,
        onRequest: () => {},
        onHealth: () => {},
        start: () => {},
        stop: () => {},
      },
      store,
      accounts: ['TEST-1'],
      guard: createAdminGuard(adminKey, refuse),
      refuse,
      log: silentLog,
    }
    const server = await startServer({}, { store, routes: [(app) => addStatus(app, status)] })
    onTestFinished(async () => void (await page.goto('about:blank')))
    await page.setViewportSize({ width: 1280, height: 1000 })
    await page.emulateMedia({ colorScheme: 'light', media: null })
    await page.goto(`${server.url}/status`)
    await page.locator('canvas').nth(2).waitFor()
    return { url: server.url, arrive: (next: Series) => (current = snapshot(next)) }
  }
  const live = () => page.locator('[data-lost="false"] .freshness', { hasText: 'Live' }).waitFor()
  const accepted = (steps: readonly number[]) => drawnLine(page, { chart: 'flow', line: 'accepted', steps })

  test('stand as high as their numbers, for every line', async () => {
    await open(series({ accepted: halves(40), waiting: halves(8), latencyP50Ms: halves(200) }))
    await live()
    for (const [chart, line] of [
      ['flow', 'accepted'],
      ['waiting', 'waiting'],
      ['latency', 'latencyP50Ms'],
    ] as const) {
      const { heights, extent } = await drawnLine(page, { chart, line, steps: [10, 50] })
      expect(heights[0], line).toBeGreaterThan(0.6)
      expect((heights[0] ?? 0) / (heights[1] ?? 1), line).toBeCloseTo(2, 1)
      expect(extent, line).toBeGreaterThan(0.95)
    }
  })

  test('are told apart without colour, by broken lines', async () => {
    await open(series({ queued: all(30), latencyP95Ms: all(280) }))
    for (const [chart, line] of [
      ['flow', 'queued'],
      ['latency', 'latencyP95Ms'],
    ] as const) {
      const { extent } = await drawnLine(page, { chart, line, steps: [] })
      expect(extent, line).toBeGreaterThan(0.2)
      expect(extent, line).toBeLessThan(0.8)
    }
  })

  test('show what is queued where all of it is accepted too', async () => {
    await open(series({ accepted: all(30), queued: all(30) }))
    for (const line of ['queued', 'accepted'])
      expect((await drawnLine(page, { chart: 'flow', line, steps: [] })).extent, line).toBeGreaterThan(0.25)
  })

  test('show one rejected record beside ten thousand accepted ones, and where there was none no mark', async () => {
    await open(series({ accepted: all(10_000), rejected: withOne(all(0), 15, 1) }))
    const { heights, extent } = await drawnLine(page, { chart: 'flow', line: 'rejected', steps: [14, 15, 16] })
    expect(heights).toEqual([null, expect.closeTo(0, 1), null])
    expect(extent).toBeLessThan(0.02)
  })

  test('show a value that stands alone, leave out what is not known, and are not filled by a single record', async () => {
    await open(series({ waiting: withOne<number | null>(all(null), 20, 1) }))
    const { heights } = await drawnLine(page, { chart: 'waiting', line: 'waiting', steps: [19, 20, 21] })
    expect(heights).toEqual([null, expect.closeTo(0.1, 1), null])
  })

  test('are drawn again when the relay tells of other numbers', async () => {
    const { arrive } = await open(series({ accepted: halves(40) }))
    await live()
    arrive(series({ accepted: halves(40).reverse() }))
    await expect
      .poll(async () => {
        const [early, late] = (await accepted([10, 50])).heights
        return (late ?? 0) / (early ?? 1)
      })
      .toBeCloseTo(2, 1)
  })

  test('are there before the relay has said anything', async () => {
    await page.route('**/status/events*', (route) => route.abort())
    onTestFinished(() => page.unroute('**/status/events*'))
    await open(series({ accepted: halves(40) }))
    expect((await accepted([10])).heights[0]).toBeGreaterThan(0.6)
    expect(complaints.splice(0).filter((text) => !/net::ERR_FAILED/.test(text))).toEqual([])
  })

  test('follow the size of the window, and never make the page wider than a phone', async () => {
    await open(series({ accepted: halves(40) }))
    for (const width of [390, 1280, 700]) {
      await page.setViewportSize({ width, height: 900 })
      await expect
        .poll(() =>
          page.evaluate(() =>
            [...document.querySelectorAll('.plot')].map(
              (plot) => plot.clientWidth - (plot.querySelector('canvas')?.clientWidth ?? 0),
            ),
          ),
        )
        .toEqual([0, 0, 0])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
      const [early, late] = (await accepted([10, 50])).heights
      expect((early ?? 0) / (late ?? 1)).toBeCloseTo(2, 1)
    }
  })

  test('take the colours of the dark scheme, of paper, and the first ones again, without a reload', async () => {
    await open(series({ accepted: all(30) }))
    const seen: string[] = []
    for (const media of [
      { colorScheme: 'light', media: null },
      { colorScheme: 'dark', media: null },
      { colorScheme: 'dark', media: 'print' },
      { colorScheme: 'light', media: null },
    ] as const) {
      await page.emulateMedia(media)
      await expect
        .poll(async () => (await accepted([])).extent, { message: JSON.stringify(media) })
        .toBeGreaterThan(0.9)
      seen.push((await accepted([])).color)
    }
    expect(seen).toEqual(['rgb(15, 107, 58)', 'rgb(116, 215, 160)', 'rgb(15, 107, 58)', 'rgb(15, 107, 58)'])
  })

  test('mark one step in all charts, for a pointer and for the keyboard', async () => {
    await open(series({ accepted: withOne(all(0), 3, 7) }))
    await live()
    const cursors = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('.u-over')].map((over) => {
          const cursor = over.querySelector('.u-cursor-x')
          if (!cursor || getComputedStyle(cursor).display === 'none') return null
          const { left, width } = over.getBoundingClientRect()
          return Math.round(((cursor.getBoundingClientRect().left - left) / width) * 59)
        }),
      )
    const legend = () => page.locator('[data-legend="accepted"]').textContent()
    expect(await cursors()).toEqual([null, null, null])
    const box = await page.locator('[data-chart="waiting"] .u-over').boundingBox()
    if (!box) throw new Error('the chart has no place')
    await page.mouse.move(box.x + (box.width * 3) / 59, box.y + 20)
    await expect.poll(cursors).toEqual([3, 3, 3])
    expect(await legend()).toBe('7')
    await page.mouse.move(0, 0)
    await expect.poll(cursors).toEqual([null, null, null])
    const slider = page.getByRole('slider', { name: 'Point in time' })
    await slider.press('Home')
    for (let presses = 0; presses < 3; presses++) await slider.press('ArrowRight')
    await expect.poll(cursors).toEqual([3, 3, 3])
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/Accepted 7/)
  })

  test('are said in words, which equal the table, and leave nothing for the accessibility checker', async () => {
    await open(series({ queued: all(30), accepted: withOne(all(20), 3, 1_234) }))
    await live()
    const said =
      'Records from 1 h ago to now. Queued 1,800, at most 30 a minute; Accepted 2,414, at most 1,234 a minute'
    await page.getByRole('img', { name: said }).waitFor()
    await page.getByText('The same as a table').press('Enter')
    const cells = await page.locator('tbody td:nth-child(3)').allTextContents()
    expect(cells).toEqual(withOne(all('20'), 56, '1,234'))
    expect(await seriousFindings(page)).toEqual([])
  })
})
