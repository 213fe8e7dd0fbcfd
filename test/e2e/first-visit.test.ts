import { expect, test } from 'vitest'
import { becomes, failureOf, idlePage, status, sync, tagPage } from './support/customer-page.ts'
import { describeBrowsers } from './support/describe-browser.ts'
import { reportQuestions } from './support/first-visit.ts'
import { startScene } from './support/scene.ts'
import { useBrowser } from './support/use-browser.ts'

describeBrowsers('a first visit', (name) => {
  const browser = useBrowser(name, 'undecided')
  const head = `<script>${reportQuestions(name)}</script>`

  test('loading the page asks nothing and sends nothing, whatever its script tag does by itself', async () => {
    const { site, relay } = await startScene(browser(), { files: (url) => ({ '/': tagPage(url, { head }) }) })
    const { tab } = browser()
    await tab.goto(site.origin)
    expect(await sync(tab)).toMatchObject({ state: 'prompt' })
    expect(await status(tab)).toMatchObject({ state: 'prompt' })
    expect(site.reports()).toEqual([])
    expect(relay.log.all('answered')).toEqual([])
  })

  test('register() asks inside the click, before anything is awaited, and registers on a yes', async () => {
    const body = '<button onclick="inClick = true; pushferry.register(); inClick = false">Subscribe</button>'
    const { site, relay } = await startScene(browser(), { files: (url) => ({ '/': idlePage(url, { head, body }) }) })
    const { tab } = browser()
    await tab.goto(site.origin)
    await tab.click('button')
    expect(await site.report('asked')).toMatchObject({ inClick: true, activation: true })
    await browser().setPermission(site.origin, 'granted')
    await relay.log.take('answered', ({ method, status }) => method === 'POST' && status === 202)
    await becomes(tab, 'registered')
  })

  test('an iPhone tab says that it needs the home screen, and an older browser that it has no push', async () => {
    const noPush = '<script>delete window.PushManager; delete window.Notification</script>'
    const iPhone = `${noPush}<script>Object.defineProperty(navigator, 'standalone', { value: false })</script>`
    const { site, relay } = await startScene(browser(), {
      files: (url) => ({ '/iphone': tagPage(url, { head: iPhone }), '/old': tagPage(url, { head: noPush }) }),
    })
    const { tab } = browser()
    await tab.goto(`${site.origin}/iphone`)
    expect(await status(tab)).toMatchObject({ state: 'needs-install' })
    expect(await failureOf(tab, 'register')).toMatchObject({ code: 'needs-install', retryable: false })
    await tab.goto(`${site.origin}/old`)
    expect(await status(tab)).toMatchObject({ state: 'unsupported' })
    expect(await failureOf(tab, 'register')).toMatchObject({ code: 'unsupported', retryable: false })
    expect(relay.log.all('answered')).toEqual([])
  })
})
