import { vi } from 'vitest'
import { createFakeIndexedDb, type FakeIndexedDb } from './browser-indexed-db.ts'
import { createFakeLocks, type LockMode } from './browser-locks.ts'
import { createVapidPublicKey, type FakePushManager } from './browser-push.ts'
import { createFakeRelay, type FakeRelay } from './browser-relay.ts'
import { createFakeWorkers, type FakeWorkers } from './browser-workers.ts'

export const relayUrl = 'https://push.example.com'
const origin = 'https://shop.example'

/** One browser on one site, on `globalThis`. Its clock stands still until `settled` or `pass` advances it. */
export interface BrowserWorld {
  /** The events so far, in order: `ask`, `register`, `write`, `GET`, `POST`, `DELETE`. */
  readonly log: string[]
  readonly relay: FakeRelay
  readonly storage: FakeIndexedDb
  readonly workers: FakeWorkers
  /** The `PushManager` of the first registration. */
  push(): FakePushManager
  permission: NotificationPermission
  /** The user's answer to the browser's prompt; `'never'` leaves it open. */
  choice: NotificationPermission | 'never'
  locks: LockMode
  /** Host of the browser's push service. */
  host: string
  readonly localStorage: Record<string, string>
  cookie: string
  /** The broadest domain for which the browser accepts a cookie. */
  cookieDomain: string
  /** The base URL of the page, as every node has it. */
  baseUrl: string
  /** The script elements of the page, in order. */
  readonly scripts: FakeScriptElement[]
  /** Replaces parts of the browser, or removes them. */
  set(name: string, value: unknown): void
  setNavigator(properties: Record<string, unknown>): void
  /** Fires `online` on the window. */
  goOnline(): void
  /** Makes the tab visible again. */
  show(): void
  /** Closes the tab in the middle of its work; stored data stays. */
  closeTabs(): void
  /** Advances the clock until this settles; fails when no timer is left that could settle it. */
  settled<T>(promise: Promise<T>): Promise<T>
  /** Advances the clock by this many ms. */
  pass(ms: number): Promise<void>
  /** Restores `globalThis` and the clock. */
  leave(): void
}

/** The class of `document.currentScript`. */
export class FakeScriptElement {
  readonly src: string
  readonly dataset: Readonly<Record<string, string>>
  constructor(src: string, dataset: Readonly<Record<string, string>>) {
    this.src = src
    this.dataset = dataset
  }
  /** For the one selector that the script tag uses. */
  matches(): boolean {
    return this.src.includes('pushferry.min') || 'relay' in this.dataset
  }
}

/** A Chromium without Background Sync, that has never seen the site. */
export const openBrowserWorld = (): BrowserWorld => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
    now: Date.UTC(2026, 10, 23),
  })
  const log: string[] = []
  const note = (what: string) => {
    log.push(what)
  }
  const relay = createFakeRelay(createVapidPublicKey(), note)
  const storage = createFakeIndexedDb(() => note('write'))
  const workers = createFakeWorkers(origin, { permission: () => world.permission, host: () => world.host }, () =>
    note('register'),
  )

  let listening: [EventTarget, string, EventListenerOrEventListenerObject][] = []
  /** An event target that forgets its listeners when the tabs are closed. */
  const createTarget = () => {
    const target = new EventTarget()
    return {
      fire: (type: string) => target.dispatchEvent(new Event(type)),
      addEventListener: (type: string, listener: EventListenerOrEventListenerObject) => {
        listening.push([target, type, listener])
        target.addEventListener(type, listener)
      },
      removeEventListener: (type: string, listener: EventListenerOrEventListenerObject) =>
        target.removeEventListener(type, listener),
    }
  }
  const { fire: fireWindow, ...windowTarget } = createTarget()
  const { fire: fireDocument, ...documentTarget } = createTarget()

  const localStorage: Record<string, string> = Object.create({
    getItem: (name: string) => localStorage[name] ?? null,
    setItem: (name: string, value: string) => {
      localStorage[name] = value
    },
    removeItem: (name: string) => {
      delete localStorage[name]
    },
  })
  const document = {
    ...documentTarget,
    visibilityState: 'visible',
    hidden: false,
    currentScript: null as unknown,
    get cookie() {
      return world.cookie
    },
    /** As a browser with one origin: keeps the first pair, unless it is for another domain. */
    set cookie(given: string) {
      const [pair = '', ...attributes] = given.split(';').map((one) => one.trim())
      const domain = attributes.find((one) => one.startsWith('Domain='))?.slice(7)
      if (domain !== undefined && domain !== world.cookieDomain) return
      const name = pair.slice(0, pair.indexOf('=') + 1)
      const others = world.cookie.split('; ').filter((one) => one !== '' && !one.startsWith(name))
      world.cookie = [...others, pair].join('; ')
    },
  }
  const locks = createFakeLocks(() => world.locks)
  const navigator = {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/157.0.0.0 Safari/537.36',
    platform: 'Linux x86_64',
    maxTouchPoints: 0,
    onLine: true,
    serviceWorker: workers.container,
    get locks() {
      return world.locks === 'missing' ? undefined : locks.manager
    },
  }
  const Notification = {
    get permission() {
      return world.permission
    },
    requestPermission: async () => {
      note('ask')
      if (world.permission !== 'default') return world.permission
      if (world.choice === 'never') return new Promise<never>(() => {})
      // A user takes a while.
      await new Promise((resolve) => setTimeout(resolve, 900))
      world.permission = world.choice
      return world.permission
    },
  }
  const set = (name: string, value: unknown) => vi.stubGlobal(name, value)

  const world: BrowserWorld = {
    log,
    relay,
    storage,
    workers,
    push: () => {
      const [first] = workers.registrations
      if (!first) throw new Error('No service worker is registered.')
      return first.pushManager
    },
    permission: 'default',
    choice: 'granted',
    locks: 'ok',
    host: 'fcm.googleapis.com',
    localStorage,
    cookie: '',
    cookieDomain: 'shop.example',
    baseUrl: new URL('/cart/page.html', origin).href,
    scripts: [],
    set,
    setNavigator: (properties) => {
      for (const name in properties)
        Object.defineProperty(navigator, name, { value: properties[name], configurable: true })
    },
    goOnline: () => {
      fireWindow('online')
    },
    show: () => {
      fireDocument('visibilitychange')
      // The event bubbles.
      fireWindow('visibilitychange')
    },
    closeTabs: () => {
      for (const [target, type, listener] of listening) target.removeEventListener(type, listener)
      listening = []
      locks.release()
      const now = Date.now()
      // `clearAllTimers` also sets the clock back.
      vi.clearAllTimers()
      vi.setSystemTime(now)
    },
    settled: async (promise) => {
      let over = false
      const end = () => {
        over = true
      }
      promise.then(end, end)
      const begun = Date.now()
      while (!over && Date.now() - begun < 30 * 60_000) {
        if (vi.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve))
        if (!over) await vi.advanceTimersToNextTimerAsync()
        if (!over && vi.getTimerCount() === 0) {
          for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
          if (!over && vi.getTimerCount() === 0) break
        }
      }
      if (!over) throw new Error('It never settles.')
      return promise
    },
    pass: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms)
    },
    leave: () => {
      world.closeTabs()
      vi.unstubAllGlobals()
      Reflect.deleteProperty(globalThis, 'indexedDB')
      vi.useRealTimers()
      vi.restoreAllMocks()
    },
  }

  set('self', globalThis)
  set('window', globalThis)
  set('isSecureContext', true)
  set('location', new URL('/cart/page.html', origin))
  set('navigator', navigator)
  set('document', document)
  // An element can hide `document.baseURI`, but not the `baseURI` of a fragment.
  set(
    'DocumentFragment',
    class {
      readonly baseURI = world.baseUrl
    },
  )
  Object.setPrototypeOf(document, { querySelectorAll: () => world.scripts.filter((script) => script.matches()) })
  set('localStorage', localStorage)
  set('Notification', Notification)
  set('PushManager', class {})
  set('HTMLScriptElement', FakeScriptElement)
  set('fetch', relay.fetch)
  set('addEventListener', windowTarget.addEventListener)
  set('removeEventListener', windowTarget.removeEventListener)
  Object.defineProperty(globalThis, 'indexedDB', { get: () => storage.factory(), configurable: true })
  return world
}
