import { createFakePushManager, type FakePushManager, type PushSurroundings } from './browser-push.ts'

/**
 * The fate of the next service worker. As in Firefox, its registration has no worker for a moment: between two states if it
 * `flickers`, or already when `register` resolves if it `appears`.
 */
export type WorkerFate = 'activates' | 'flickers' | 'appears' | 'never' | 'dies' | 'refused' | 'unanswered'
/** Background Sync: as in Chromium, missing as elsewhere, refused by the user, or without an answer. */
export type SyncMode = 'works' | 'missing' | 'refused' | 'never'

interface FakeWorker extends EventTarget {
  state: ServiceWorkerState
  onstatechange: ((event: Event) => void) | null
  scriptURL: string
  postMessage(message: unknown): void
}
export interface FakeRegistration extends EventTarget {
  readonly scope: string
  readonly pushManager: FakePushManager
  installing: FakeWorker | null
  waiting: FakeWorker | null
  active: FakeWorker | null
}

/** `navigator.serviceWorker` of one world. */
export interface FakeWorkers {
  fate: WorkerFate
  /** Whether Trusted Types are enforced, so that a string is not a valid script URL. */
  trustedOnly: boolean
  sync: SyncMode
  /** Calls of `register`: the script's URL and the scope. */
  readonly registered: { url: string; scope: string }[]
  /** Tags that were registered for Background Sync. */
  readonly tags: string[]
  readonly registrations: FakeRegistration[]
  /** Adds a registration of the site with an active worker. */
  add(url: string, scope: string): FakeRegistration
  readonly container: unknown
}

/** @param onRegister called for every call of `register` */
export const createFakeWorkers = (
  origin: string,
  surroundings: Omit<PushSurroundings, 'hasWorker'>,
  onRegister: () => void,
): FakeWorkers => {
  const setState = (worker: FakeWorker, state: ServiceWorkerState) => {
    worker.state = state
    const event = new Event('statechange')
    worker.dispatchEvent(event)
    worker.onstatechange?.(event)
  }
  const createWorker = (scriptURL: string): FakeWorker =>
    Object.assign(new EventTarget(), {
      state: 'installing' as ServiceWorkerState,
      scriptURL,
      onstatechange: null,
      postMessage: () => {},
    })

  const createRegistration = (scope: string): FakeRegistration => {
    const registration: FakeRegistration = Object.assign(new EventTarget(), {
      scope,
      installing: null,
      waiting: null,
      active: null,
      pushManager: createFakePushManager({ ...surroundings, hasWorker: () => registration.active !== null }),
      update: async () => registration,
      unregister: async () => {
        fake.registrations.splice(fake.registrations.indexOf(registration), 1)
        return true
      },
      ...(fake.sync === 'missing'
        ? {}
        : {
            sync: {
              register: async (tag: string) => {
                if (fake.sync === 'never') return new Promise<never>(() => {})
                if (fake.sync === 'refused') throw new DOMException('Permission denied.', 'NotAllowedError')
                fake.tags.push(tag)
              },
            },
          }),
    })
    fake.registrations.push(registration)
    return registration
  }

  const register = async (script: unknown, options: RegistrationOptions = {}): Promise<unknown> => {
    if (fake.trustedOnly && typeof script === 'string') throw new TypeError("This document requires 'TrustedScriptURL'")
    const url = new URL(String(script), origin).href
    const scope = new URL(options.scope ?? '.', options.scope === undefined ? url : origin).href
    fake.registered.push({ url, scope })
    onRegister()
    if (fake.fate === 'unanswered') return new Promise<never>(() => {})
    if (fake.fate === 'refused') throw new TypeError('Failed to register a ServiceWorker: bad HTTP response code (404)')
    const known = fake.registrations.find((one) => one.scope === scope)
    if (known?.active?.scriptURL === url) return known
    const registration = known ?? createRegistration(scope)
    const worker = createWorker(url)
    const { fate } = fake
    registration.installing = fate === 'appears' ? null : worker
    if (fate !== 'never') {
      setTimeout(async () => {
        registration.installing = null
        if (fate === 'dies') {
          setState(worker, 'redundant')
          return
        }
        if (fate === 'flickers') {
          setState(worker, 'installed')
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
        registration.waiting = worker
        setState(worker, 'installed')
        registration.waiting = null
        registration.active = worker
        setState(worker, 'activating')
        setState(worker, 'activated')
      }, 120)
    }
    return registration
  }

  const fake: FakeWorkers = {
    fate: 'activates',
    trustedOnly: false,
    sync: 'missing',
    registered: [],
    tags: [],
    registrations: [],
    add: (url, scope) => {
      const registration = createRegistration(new URL(scope, origin).href)
      registration.active = createWorker(new URL(url, origin).href)
      registration.active.state = 'activated'
      return registration
    },
    container: Object.assign(new EventTarget(), {
      controller: null,
      // It never resolves when the page is outside the scope.
      ready: new Promise<never>(() => {}),
      startMessages: () => {},
      register,
      getRegistrations: async () => [...fake.registrations],
      getRegistration: async (within = origin) =>
        fake.registrations
          .filter((one) => new URL(within, origin).href.startsWith(one.scope))
          .sort((one, other) => other.scope.length - one.scope.length)[0],
    }),
  }
  return fake
}
