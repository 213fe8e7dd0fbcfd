import { expect, test } from 'vitest'
import type { PromptOutcome } from '../../src/prompt/index.ts'
import { becomes, idlePage } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import { reportQuestions } from './support/first-visit.ts'
import type { Tab } from './support/push-browser.ts'
import { startScene } from './support/scene.ts'
import { useBrowser } from './support/use-browser.ts'

declare global {
  var pushferryPrompt: (options?: object) => { show(options?: { force?: boolean }): Promise<PromptOutcome> }
}

/** A page that asks softly when its button is pressed, and reports how that ends. */
const askingPage = (relay: string, head: string) =>
  idlePage(relay, {
    head,
    body: `<script src="/pushferry-prompt.min.js"></script>
<button id="ask">Notify me</button>
<script>
  const prompt = pushferryPrompt()
  document.querySelector('#ask').onclick = async () => {
    const outcome = await prompt.show()
    fetch('/report', { method: 'POST', body: JSON.stringify({ type: 'outcome', outcome }) })
  }
</script>`,
  })

/** Resolves as soon as a modal dialog of ours is open, to where the focus in it is. */
const opened = (tab: Tab): Promise<string | null> =>
  tab.evaluate(
    () =>
      new Promise<string | null>((resolve) => {
        const look = () => {
          const root = document.querySelector('pushferry-prompt')?.shadowRoot
          if (root?.querySelector('dialog')?.matches(':modal'))
            resolve(root.activeElement?.getAttribute('part') ?? null)
          else requestAnimationFrame(look)
        }
        look()
      }),
    null,
  )

/** The dialog's part with the focus, else the id of the page's element that has it. */
const focus = (tab: Tab): Promise<string | null> =>
  tab.evaluate(() => {
    const inside = document.querySelector('pushferry-prompt')?.shadowRoot?.activeElement
    return inside?.getAttribute('part') ?? document.activeElement?.id ?? null
  }, null)

describeBrowsers('the soft prompt', (name) => {
  const browser = useBrowser(name, 'undecided')

  const start = async (head = `<script>${reportQuestions(name)}</script>`) => {
    const scene = await startScene(browser(), { files: (url) => ({ '/': askingPage(url, head) }) })
    await browser().tab.goto(scene.site.origin)
    return scene
  }

  test('opens over the page with the focus in it; accepting asks the browser inside that click and registers', async () => {
    const { site, relay } = await start()
    const { tab } = browser()
    await tab.click('#ask')
    expect(await opened(tab)).toBe('title')
    await tab.click('[part=accept]')
    expect(await site.report('asked')).toMatchObject({ activation: true })
    expect(await site.report('outcome')).toMatchObject({ outcome: 'accepted' })
    await browser().setPermission(site.origin, 'granted')
    await relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)
    await becomes(tab, 'registered')
    await tab.click('#ask')
    expect(await site.report('outcome')).toMatchObject({ outcome: 'not-needed' })
  })

  test('works by keyboard alone: Tab to the first button, Enter accepts', async () => {
    const { site } = await start()
    const { tab } = browser()
    await tab.click('#ask')
    await opened(tab)
    await tab.press('Tab')
    expect(await focus(tab)).toBe('accept')
    await tab.press('Enter')
    expect(await site.report('asked')).toMatchObject({ activation: true })
    expect(await site.report('outcome')).toMatchObject({ outcome: 'accepted' })
  })

  test('a dismissal is remembered over a reload, and the focus goes back to where it was', async () => {
    const { site } = await start()
    const { tab } = browser()
    await tab.click('#ask')
    await tab.click('[part=dismiss]')
    expect(await site.report('outcome')).toMatchObject({ outcome: 'dismissed' })
    expect(await focus(tab)).toBe('ask')
    await tab.click('#ask')
    expect(await site.report('outcome')).toMatchObject({ outcome: 'snoozed' })
    await tab.reload()
    await tab.click('#ask')
    expect(await site.report('outcome')).toMatchObject({ outcome: 'snoozed' })
    expect(site.reports().filter(({ type }) => type === 'asked')).toEqual([])
  })

  test('Escape dismisses as the button does', async () => {
    const { site } = await start()
    const { tab } = browser()
    await tab.click('#ask')
    await opened(tab)
    await tab.press('Escape')
    expect(await site.report('outcome')).toMatchObject({ outcome: 'dismissed' })
    expect(await focus(tab)).toBe('ask')
    await tab.reload()
    await tab.click('#ask')
    expect(await site.report('outcome')).toMatchObject({ outcome: 'snoozed' })
  })

  test('in a tab on an iPhone it says how to add the site to the home screen', async () => {
    const { site } = await start(`<script>
      delete window.PushManager
      delete window.Notification
      Object.defineProperty(navigator, 'standalone', { value: false })
    </script>`)
    const { tab } = browser()
    await tab.click('#ask')
    const texts = await tab.evaluate(() => {
      const root = document.querySelector('pushferry-prompt')?.shadowRoot
      return [...(root?.querySelectorAll('li') ?? [])].map(({ textContent }) => textContent)
    }, null)
    expect(texts).toContain('Choose "Add to Home Screen".')
    await tab.click('[part=dismiss]')
    expect(await site.report('outcome')).toMatchObject({ outcome: 'dismissed' })
  })
})
