import { spawn } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { codeOf, read, sectionOf } from '../docs/markdown.ts'
import { lend, root, succeed, unpackPacked } from '../package/packed.ts'
import { becomes, liveToken } from './support/customer-page.ts'
import { describeBrowser } from './support/describe-browser.ts'
import { createVapidKeys } from './support/send-push.ts'
import { html, type Site, script, startSite } from './support/site.ts'
import { createTempFolder } from './support/temp-folder.ts'
import { useBrowser } from './support/use-browser.ts'

const apiKey = 'change-me-to-a-long-secret'

/** Runs the installed command until the test is over, and settles with the first match in what it prints. */
const runCommand = (cwd: string, words: readonly string[], env: Readonly<Record<string, string>>, wanted: RegExp) => {
  const child = spawn(process.execPath, ['node_modules/pushferry/dist/cli/main.js', ...words], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  onTestFinished(() => {
    child.kill()
    return closed
  })
  return new Promise<string>((resolve, reject) => {
    let printed = ''
    const look = (text: unknown) => {
      printed += text
      const [, found] = wanted.exec(printed) ?? []
      if (found) resolve(found)
    }
    child.stdout.on('data', look)
    child.stderr.on('data', look)
    child.once('close', () => reject(new Error(printed)))
  })
}

describeBrowser('chromium', 'the packed package, as the README says', () => {
  const browser = useBrowser('chromium')
  const folder = createTempFolder()
  beforeAll(() => unpackPacked(folder.path))
  afterAll(() => folder.remove())

  /** The simulated CleverTap, and a relay for the site; both as processes of the installed command. */
  const startRelay = async (site: Site): Promise<string> => {
    const clevertap = await runCommand(folder.path, ['simulate', '--port', '0'], {}, /listens on (\S+)/)
    const port = await runCommand(
      folder.path,
      ['relay'],
      {
        CLEVERTAP_URL: clevertap,
        CLEVERTAP_ACCOUNT_ID: 'SIM-000-0000',
        CLEVERTAP_PASSCODE: 'sim-passcode',
        PUSHFERRY_ORIGINS: site.origin,
        PUSHFERRY_API_KEYS: `backend:${apiKey}`,
        PUSHFERRY_VAPID_PUBLIC_KEY: createVapidKeys().publicKey,
        PUSHFERRY_FLUSH_MS: '0',
        PUSHFERRY_PORT: '0',
      },
      /"port":(\d+)/,
    )
    return `http://127.0.0.1:${port}`
  }
  const stateOf = async (relay: string, objectId: string): Promise<unknown> => {
    const answer = await fetch(`${relay}/v1/tokens/${objectId}`, { headers: { authorization: `Bearer ${apiKey}` } })
    return (await answer.json()).state
  }
  const open = async () => {
    const site = await startSite({})
    onTestFinished(() => site.stop())
    onTestFinished(() => browser().tab.goto('about:blank'))
    return { site, relay: await startRelay(site) }
  }

  test('a website with a script tag', async () => {
    const { site, relay } = await open()
    const section = sectionOf(read('README.md'), '## A website with a script tag').replaceAll(
      'https://push.example.com',
      relay,
    )
    const [worker = ''] = codeOf(section, 'js')
    const [tag = ''] = codeOf(section, 'html')
    site.serve('/pushferry-sw.min.js', script(worker))
    site.serve('/', html(`<script>clevertap = { getCleverTapID: () => 'tag-visitor' }</script>${tag}`))
    const { tab } = browser()
    await tab.goto(site.origin)
    // The tag is async, and the README's button needs it.
    await tab.evaluate(
      () =>
        new Promise<void>((resolve) =>
          document.readyState === 'complete' ? resolve() : addEventListener('load', () => resolve()),
        ),
      null,
    )
    await tab.click('button')
    await becomes(tab, 'registered')
    expect(await liveToken(tab)).not.toBe('')
    await expect.poll(() => stateOf(relay, 'tag-visitor')).toBe('accepted')
  })

  test('an own worker and a bundler', async () => {
    const { site, relay } = await open()
    const source = join(folder.path, 'site')
    cpSync(join(root, 'examples/vite-own-worker'), source, { recursive: true })
    const main = join(source, 'main.js')
    writeFileSync(main, readFileSync(main, 'utf8').replace('http://127.0.0.1:8080', relay))
    lend(source, 'vite')
    const vite = (...words: readonly string[]) =>
      succeed(source, process.execPath, 'node_modules/vite/bin/vite.js', 'build', ...words)
    await vite()
    await vite('--config', 'vite.worker.config.js')
    const built = join(source, 'dist')
    for (const name of readdirSync(built, { recursive: true, encoding: 'utf8' })) {
      const file = name.endsWith('.js') ? script : name.endsWith('.html') ? html : undefined
      if (file) site.serve(name === 'index.html' ? '/' : `/${name}`, file(readFileSync(join(built, name), 'utf8')))
    }
    const { tab } = browser()
    await tab.goto(site.origin)
    // Permission is there, so that the page has nothing to ask and registers by itself.
    const isRegistered = () => tab.evaluate(() => document.querySelector('#state')?.textContent, null)
    await expect.poll(isRegistered).toBe('registered')
    await expect.poll(() => stateOf(relay, 'vite-visitor')).toBe('accepted')
    const worker = await tab.evaluate(
      async () => (await navigator.serviceWorker.getRegistration())?.active?.scriptURL,
      null,
    )
    expect(worker).toBe(`${site.origin}/sw.js`)
  })
})
