// The cost for a visitor's browser: our page script and other products' in the same real Chromium, with a slowed-down CPU.
import { createECDH } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import nodeResolve from '@rollup/plugin-node-resolve'
import { chromium } from 'playwright-core'
import { rollup } from 'rollup'
import { createRelay } from '../dist/relay/index.js'
import { terser } from '../tools/terser.mjs'
import { median, rounded, spread } from './support/statistics.mjs'

export const name = 'page'
export const about =
  'The page script in a real Chromium: the time to compile and run it once from memory, on the main thread, with the CPU slowed 4 and 20 times. Long tasks are those over 50 ms within the next second, including the script. Firebase is `@firebase/app` and `@firebase/messaging`, bundled and minified here; the CleverTap Web SDK is its published file. `click to acknowledged` is `register()` with a real service worker, a real relay on SQLite and a fake push service that answers at once; the other products cannot be measured there, because their servers are not on this machine.'

const file = (path) => readFileSync(new URL(path, import.meta.url), 'utf8')

const bundleFirebase = async () => {
  const entry = '\0entry'
  const code =
    "import { initializeApp } from '@firebase/app'; import { getMessaging, getToken } from '@firebase/messaging'; window.peer = { initializeApp, getMessaging, getToken }"
  const bundle = await rollup({
    input: entry,
    plugins: [
      { name: 'entry', resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? code : null) },
      nodeResolve({
        browser: true,
        rootDir: new URL('..', import.meta.url).pathname,
        modulePaths: [new URL('../node_modules', import.meta.url).pathname],
      }),
      terser(),
    ],
    onwarn: () => {},
  })
  const { output } = await bundle.generate({ format: 'iife' })
  await bundle.close()
  return output[0].code
}

/** A customer's site on this machine. */
const startSite = async (files) => {
  const server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? [
      'text/html',
      '<!doctype html><title>A page</title><button>Subscribe</button>',
    ]
    response.writeHead(200, { 'content-type': type })
    response.end(typeof body === 'function' ? body() : body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${server.address().port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Opens a new page, with the CPU slowed down by a factor. */
const openPage = async (context, url, slowdown) => {
  const page = await context.newPage()
  await page.goto(url)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  return page
}

const evaluateOnce = async (context, site, path, slowdown, relay) => {
  const page = await openPage(context, `${site.origin}/blank`, slowdown)
  const measured = await page.evaluate(
    async ({ path, relay }) => {
      const text = await (await fetch(path)).text()
      let longTasks = 0
      new PerformanceObserver((list) => {
        longTasks += list.getEntries().length
      }).observe({ type: 'longtask' })
      // The first script of a page also pays for the browser's own work, so an empty one runs first.
      const first = document.createElement('script')
      first.textContent = 'void 0'
      document.head.append(first)
      const script = document.createElement('script')
      script.dataset.relay = relay
      script.dataset.auto = 'false'
      script.textContent = text
      await new Promise((resolve) => setTimeout(resolve, 50))
      const from = performance.now()
      document.head.append(script)
      const took = performance.now() - from
      await new Promise((resolve) => setTimeout(resolve, 1000))
      return { took, longTasks }
    },
    { path, relay },
  )
  await page.close()
  return measured
}

/** Replaces the push service in a page. */
const standIn = ({ p256dh, auth, vapid }) => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
  const endpoint = `https://fcm.googleapis.com/fcm/send/${crypto.randomUUID()}`
  const subscription = {
    endpoint,
    expirationTime: null,
    options: { userVisibleOnly: true, applicationServerKey: bytes(vapid).buffer },
    getKey: (key) => bytes(key === 'auth' ? auth : p256dh).buffer,
    toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh, auth } }),
    unsubscribe: async () => true,
  }
  let current = null
  PushManager.prototype.subscribe = async () => (current = subscription)
  PushManager.prototype.getSubscription = async () => current
  Notification.requestPermission = async () => 'granted'
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' })
}

const registerOnce = async (browser, site, slowdown, { vapid, relay }) => {
  const context = await browser.newContext()
  const p256dh = createECDH('prime256v1').generateKeys('base64url')
  await context.addInitScript(standIn, { p256dh, auth: 'AAAAAAAAAAAAAAAAAAAAAA', vapid })
  const page = await openPage(context, `${site.origin}/page`, slowdown)
  await page.waitForFunction(() => typeof window.pushferry?.register === 'function')
  const measured = await page.evaluate(async () => {
    let longTasks = 0
    new PerformanceObserver((list) => {
      longTasks += list.getEntries().length
    }).observe({ type: 'longtask' })
    const done = new Promise((resolve) => {
      document.querySelector('button').onclick = async () => {
        const from = performance.now()
        const { state, reason } = await window.pushferry
          .register()
          .catch((error) => ({ state: error.code, reason: String(error) }))
        resolve({ took: performance.now() - from, state, reason })
      }
    })
    document.querySelector('button').click()
    return { ...(await done), longTasks }
  })
  await context.close()
  if (measured.state !== 'registered')
    throw new Error(`register() ended as ${measured.state} ${measured.reason ?? ''} with ${relay}`)
  return measured
}

const rowOf = (what, slowdown, bytes, runs) => ({
  what,
  'CPU slowed': `${slowdown}×`,
  ...(bytes ? { 'gzip bytes': bytes } : {}),
  ms: rounded(median(runs.map(({ took }) => took)), 1),
  'lowest–highest': spread(
    runs.map(({ took }) => took),
    1,
  ),
  'long tasks': Math.max(...runs.map(({ longTasks }) => longTasks)),
})

export const run = async ({ rounds, few, say }) => {
  const scripts = [
    ['pushferry.min.js', file('../dist/browser/pushferry.min.js')],
    ['Firebase Messaging', await bundleFirebase()],
    ['CleverTap Web SDK', file('../node_modules/clevertap-web-sdk/clevertap.min.js')],
  ]
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-bench-'))
  const vapid = createECDH('prime256v1').generateKeys('base64url')
  const files = Object.fromEntries(scripts.map(([, text], at) => [`/script-${at}.js`, ['text/javascript', text]]))
  files['/pushferry-sw.min.js'] = ['text/javascript', file('../dist/browser/pushferry-sw.min.js')]
  files['/pushferry.min.js'] = ['text/javascript', scripts[0][1]]
  const site = await startSite(files)
  const relay = createRelay({
    env: {
      CLEVERTAP_ACCOUNT_ID: 'BENCH',
      CLEVERTAP_PASSCODE: 'a-passcode-that-nobody-checks',
      CLEVERTAP_URL: 'http://127.0.0.1:9',
      PUSHFERRY_ORIGINS: site.origin,
      PUSHFERRY_VAPID_PUBLIC_KEY: vapid,
      PUSHFERRY_RATE_LIMIT: '0',
      PUSHFERRY_STORE: `sqlite:${join(folder, 'relay.db')}`,
      PUSHFERRY_PORT: '0',
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  const { url } = await relay.start()
  let visitors = 0
  files['/page'] = [
    'text/html',
    () => {
      const attributes = `data-relay="${url}" data-object-id="visitor-${++visitors}" data-auto="false"`
      return `<!doctype html><title>A page</title><script src="/pushferry.min.js" ${attributes}></script><button>Subscribe</button>`
    },
  ]
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    chromiumSandbox: false,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
  })
  try {
    const rows = []
    for (const slowdown of few ? [4] : [4, 20]) {
      const runs = scripts.map(() => [])
      const clicks = []
      for (let round = 0; round < rounds; round++) {
        say(`page: CPU slowed ${slowdown} times`)
        for (const turn of scripts.keys()) {
          const at = (turn + round) % scripts.length
          // Each in a new browser context, so that no script is cached.
          const context = await browser.newContext()
          runs[at].push(await evaluateOnce(context, site, `/script-${at}.js`, slowdown, url))
          await context.close()
        }
        clicks.push(await registerOnce(browser, site, slowdown, { vapid, relay: url }))
      }
      for (const [at, [what, text]] of scripts.entries())
        rows.push(rowOf(`${what}: compile and run`, slowdown, gzipSync(text, { level: 9 }).length, runs[at]))
      rows.push(rowOf('pushferry: click to acknowledged', slowdown, undefined, clicks))
    }
    return rows
  } finally {
    await browser.close()
    site.stop()
    await relay.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
