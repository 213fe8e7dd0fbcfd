// npm run build && node tools/screenshots.mjs [FOLDER]: takes the screenshots of docs/images with the installed Chromium. With a FOLDER
// it writes every view there, many more than the docs show, for a review.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createViteServer } from 'vitest/node'
import { openDemo } from './screenshots/demo-views.mjs'
import { smallPng } from './screenshots/small-png.mjs'
import { adminKey, startStatusScene } from './screenshots/status-scenes.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const [folder] = process.argv.slice(2)
const target = folder === undefined ? join(root, 'docs/images') : resolve(folder)
mkdirSync(target, { recursive: true })

const looks = {
  light: { width: 1280, height: 800, colorScheme: 'light' },
  dark: { width: 1280, height: 800, colorScheme: 'dark' },
  phone: { width: 390, height: 844, colorScheme: 'light' },
}
/** The views in the docs: `view-look`, each with its height in px; 0: the whole page. */
const published = {
  'demo-done-light': 1195,
}

// The tests' browser support is TypeScript, which not every Node version runs.
const vite = await createViteServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, ws: false },
})
const { startChromium } = await vite.ssrLoadModule('/test/e2e/support/chromium.ts')
const { createMemoryStore } = await vite.ssrLoadModule('/test/fakes/memory-store.ts')
const { makeDemoFolder, startDemo } = await vite.ssrLoadModule('/test/demo/start-demo.ts')
const browser = await startChromium({ origin: 'http://localhost', permission: 'default' })
const [page] = browser.native.pages()

const wanted = (name) => folder !== undefined || Object.hasOwn(published, name)
/** Takes a screenshot of the current page in each wanted look. */
const take = async (view) => {
  for (const [look, { colorScheme, ...viewport }] of Object.entries(looks)) {
    const name = `${view}-${look}`
    if (!wanted(name)) continue
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const path = join(target, `${name}.png`)
    const height = folder === undefined ? published[name] : 0
    const clip = height ? { clip: { x: 0, y: 0, width: viewport.width, height } } : {}
    const png = smallPng(await page.screenshot({ fullPage: true, ...clip }))
    writeFileSync(path, png)
    process.stdout.write(`${path} ${Math.ceil(png.length / 1000)} kB\n`)
  }
}

try {
  await browser.native.setHTTPCredentials({ username: 'operator', password: adminKey })
  for (const name of ['healthy', 'rejecting', 'outage', 'refused', 'empty']) {
    if (!Object.keys(looks).some((look) => wanted(`status-${name}-${look}`))) continue
    const scene = await startStatusScene(name, createMemoryStore)
    await page.goto(`${scene.url}/status`)
    await page.getByText('Live, ').waitFor()
    await take(`status-${name}`)
    await page.goto('about:blank')
    await scene.stop()
  }
  await openDemo({ page, browser, startDemo, makeDemoFolder, take })
} finally {
  await browser.stop()
  await vite.close()
}
