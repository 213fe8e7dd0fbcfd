import { createStore, promisifyRequest } from 'idb-keyval'
import { limit } from '../browser/limit.ts'
import type { Proof, Row } from '../browser/row.ts'
import { settle } from '../browser/settle.ts'
import { type SyncCapable, wakeTag } from '../browser/wake.ts'
import { PushError, type PushErrorCode } from './errors.ts'
import { readFailure } from './failure.ts'
import { known, type Options } from './options.ts'
import type { Push } from './push.ts'
import type { State, Status } from './status.ts'
import { obstacle } from './support.ts'
import type { TrustedTypes } from './trusted-url.ts'

/** The CleverTap Web SDK. Until it has loaded it is missing or a stub of arrays, and it may be without an ID after. */
declare const clevertap: { getCleverTapID(): string | null }
declare const trustedTypes: TrustedTypes

/** How often the CleverTap SDK is looked at, because it has no event for its ID (ms). */
const pollMs = 200

/**
 * Makes the client of one page. Does nothing else: no request, no storage, no listener, so that it may be called anywhere,
 * on a server too.
 *
 * One closure, because every border through it costs 8 to 15 of its 3,000 bytes (measured). What can be told without it
 * is in files of its own.
 *
 * @throws TypeError for an option that is not known, with the known ones, and for a relay that is no absolute URL
 * @example
 * const push = createPush({ relay: 'https://push.example.com' })
 * push.sync()
 * button.onclick = () => push.register()
 */
export const createPush = (options: Options): Push => {
  for (const name in options) if (!known.split(',').includes(name)) throw new TypeError(`${name}? ${known}`)
  const {
    relay,
    objectId: given,
    vapidPublicKey,
    serviceWorker = '/pushferry-sw.min.js',
    scope: wanted,
    ticket,
    refreshAfterDays = 7,
    timeoutMs = 1e4,
    fetch = globalThis.fetch,
  } = options
  const base = new URL(relay).href.replace(/\/?$/, '/v1/')
  // Has a scope only if it is a registration.
  const registered = serviceWorker as ServiceWorkerRegistration
  const rows = createStore('pushferry', 'rows')
  const listeners = new Set<(status: Status) => void>()
  /** The worker's script; as Trusted Types want it, once they have been asked. */
  let script = serviceWorker as string
  /** The row that IndexedDB has not taken, or not yet. */
  let memory: Row | undefined
  /** What the last verb ended with. */
  let failure: PushError | undefined
  /** What is being done; the code if it fails. */
  let step: PushErrorCode = 'worker-failed'
  /** The status that the listeners know, as JSON. */
  let before: string | Promise<string> | undefined
  let timer: unknown

  const scope = (): string =>
    registered.scope ??
    new URL(
      wanted ?? (options.serviceWorker ? '.' : 'pushferry/'),
      // The cast: every object that turns into a URL will do.
      new URL(script, location as unknown as URL),
    ).href

  // Storage is a cache. What IndexedDB would not take (missing, blocked, full, corrupt, or silent for a second: Safari's
  // is known to hang until a restart) is kept here as long as the page lives.
  const use = <T>(work: (store: IDBObjectStore) => IDBRequest<T>) =>
    limit(() => rows('readwrite', (store) => promisifyRequest(work(store))), 1000)
  const read = async (): Promise<Row> =>
    // The cast: see `Row` for what a row without members means.
    memory ??
    use((store) => store.get(scope()))
      .then((text) => Object(JSON.parse(text)))
      .catch(() => ({}) as Row)
  const write = (row: Row) => {
    memory = row
    return use((store) => store.put(JSON.stringify(row), scope())).then(
      () => {
        memory = undefined
      },
      () => {},
    )
  }

  const find = async () => (await navigator.serviceWorker.getRegistrations()).find((one) => one.scope === scope())

  const status = async (): Promise<Status> => {
    const reason = obstacle()
    if (reason) return { state: reason === 'needs-install' ? reason : 'unsupported', reason }
    const { permission } = Notification
    let state: State = permission === 'default' ? 'prompt' : permission
    let row = {} as Row
    await limit(async () => {
      row = await read()
      const live = await (await find())?.pushManager.getSubscription()
      if (live && permission === 'granted')
        state = row.settled === row.objectId + live.endpoint && !row.reason ? 'registered' : 'subscribed'
    }, timeoutMs).catch(() => {})
    return { state, reason: row.reason?.replace(/_/g, '-') || failure?.code, objectId: row.objectId }
  }

  const pause = () => new Promise((resolve) => setTimeout(resolve, pollMs))

  /** Gives each of the browser's promises its code and its time limit. */
  const within = <T>(code: PushErrorCode, work: () => T | PromiseLike<T>): Promise<T> => {
    step = code
    return limit(work, timeoutMs)
  }

  /**
   * The site's own answer, or else the SDK's, or what it has stored: in localStorage as URI-encoded JSON or, by older
   * versions, bare; in a cookie URI-encoded and bare, which the SDK itself does not believe when it looks quoted
   * (clevertap-web-sdk 2.7.4).
   */
  const findObjectId = async (): Promise<string> => {
    for (let left = timeoutMs / pollMs; !given && left-- > 0; ) {
      for (const source of [
        () => clevertap.getCleverTapID(),
        () => localStorage.WZRK_G,
        () => (/WZRK_G=(\w[^;]*)/.exec(document.cookie) as RegExpExecArray)[1],
      ])
        try {
          const found = decodeURIComponent(source() ?? '').replace(/"/g, '')
          if (found) return found
        } catch {
          // Blocked or damaged.
        }
      await pause()
    }
    // Only a function has `call`.
    return (
      ((given as { call?: unknown } | undefined)?.call
        ? await (given as () => Promise<string>)()
        : (given as string)) || Promise.reject()
    )
  }

  const start = async () => {
    try {
      // Only a text has `at`: a TrustedScriptURL of the site's, or of ours from before, is taken as it is.
      if ((script as { at?: unknown }).at)
        script = trustedTypes
          .createPolicy('pushferry', { createScriptURL: (url) => url })
          .createScriptURL(script) as string
    } catch {
      // No Trusted Types here, or none that the site's policy allows: then `register` says so.
    }
    // Registering what is registered already costs no request.
    const found = registered.scope ? registered : await navigator.serviceWorker.register(script, { scope: scope() })
    // Not `ready`: it never settles in a page outside the scope. A worker that dies leaves nothing to wait for, and the
    // TypeError ends this.
    while (!found.active)
      await new Promise((resolve) =>
        ((found.installing ?? found.waiting) as ServiceWorker).addEventListener('statechange', resolve),
      )
    return found
  }

  const oweWithdrawal = (row: Row) => {
    if (row.settled) row.withdraw[row.objectId] = row.keys[row.objectId] as Proof
    row.settled = row.reason = ''
  }

  /**
   * Brings browser, row and relay into agreement: what every verb and every trigger comes down to, inside the lock.
   *
   * @param off 0 registers, 1 unregisters, nothing leaves that as it is
   * @returns when what is left may be sent (ms since 1970), or nothing
   */
  const run = async (off?: 0 | 1): Promise<number> => {
    const { permission } = Notification
    let row = await read()
    let live: PushSubscription | undefined
    // The cast: what is stored may lack anything.
    row = {
      keys: {},
      withdraw: {},
      ...((row.relay === base ? row : { relay: base }) as object),
      off: off ?? row.off,
    } as Row
    // Our own back-off paces the timer and the worker; somebody who comes back need not wait. `Retry-After` binds all.
    if (row.waitMs) row.retryAt = 0
    if ((off === 0 && row.reason) || Date.now() - row.at > refreshAfterDays * 864e5) row.at = 0

    const active = permission === 'granted' && !row.off
    const worker = (await within('worker-failed', active ? start : find)) as ServiceWorkerRegistration
    if (active) {
      const objectId = await within('no-object-id', findObjectId)
      row.vapidKey =
        vapidPublicKey ??
        ((off !== 0 && row.at && row.vapidKey) ||
          (await within(
            'relay-refused',
            async () => (await (await fetch(base + 'config')).json()).vapidPublicKey || Promise.reject(),
          ).catch((cause) => row.vapidKey ?? Promise.reject(cause))))
      // With the key of the live subscription this returns just that, and asks nobody; with any other key it fails (Push
      // API, `subscribe`; tried in Chromium and Firefox). So the browser compares the keys, and nothing has to be
      // believed that page, storage or another library says of them.
      let tries = 3
      const subscribe = (): Promise<PushSubscription> =>
        worker.pushManager
          .subscribe({ userVisibleOnly: true, applicationServerKey: row.vapidKey })
          .catch(async (cause) => {
            await pause()
            const old = /InvalidS/.test(cause) && (await worker.pushManager.getSubscription())
            if (old) {
              row.last = old.endpoint
              await old.unsubscribe()
            }
            return --tries && readFailure(step, cause).retryable ? subscribe() : Promise.reject(cause)
          })
      live = await within('push-service-unavailable', subscribe)
      // Firefox for Android (mozilla-mobile/fenix 20365).
      if (!live) throw live
      if (row.objectId !== objectId) oweWithdrawal(row)
      row.objectId = objectId
      delete row.withdraw[objectId]
    } else if (row.off || permission === 'denied') oweWithdrawal(row)

    await settle(row, live, fetch, timeoutMs, async (path) => {
      if (path === '' && ticket)
        row.keys[row.objectId] = {
          ...row.keys[row.objectId],
          Authorization: `Bearer ${await within('relay-refused', () => ticket(row.objectId))}`,
        }
      await write(row)
      // Whoever closes the page now leaves the rest to the worker, which waits for the lock.
      limit(() => (worker as unknown as SyncCapable).sync.register(wakeTag), timeoutMs).catch(() => {})
    })
    await write(row)
    if (row.off)
      await within('push-service-unavailable', async () => (await worker?.pushManager.getSubscription())?.unsubscribe())
    if (off === 0) {
      if (permission !== 'granted') throw readFailure('permission-dismissed', permission === 'denied' && permission)
      // Not for push_service_not_accepted: a visitor with such a browser has done nothing wrong, and nothing failed.
      if (row.reason && !row.retryAt && row.reason[0] !== 'p') throw new PushError('relay-refused', false, row.reason)
    }
    return row.retryAt
  }

  const verb = async (off?: 0 | 1): Promise<Status> => {
    let retryAt: number | undefined
    let error: PushError | undefined
    let begun: Promise<number> | undefined
    const begin = () => (begun ??= run(off))
    try {
      const code = obstacle()
      if (off === 0) {
        if (code) throw new PushError(code, false)
        // Nothing was awaited before this: the click still counts. A prompt that nobody answers counts as dismissed.
        await limit(() => Notification.requestPermission(), timeoutMs * 12).catch(() => {})
      }
      // One at a time across tabs and worker. Without the lock where Web Locks are missing, refused or not granted in
      // time: every step is safe to repeat, the lock only saves requests.
      if (!code) retryAt = await limit(() => navigator.locks.request('pushferry', begin), timeoutMs).catch(begin)
    } catch (cause) {
      error = readFailure(step, cause)
    }
    failure = error
    // Adding a listener again changes nothing.
    addEventListener('online', retry)
    addEventListener('visibilitychange', retry)
    clearTimeout(timer as number)
    timer = retryAt && setTimeout(retry, retryAt - Date.now())
    const now = await status()
    const old = await before
    before &&= JSON.stringify(now)
    if (before !== old) for (const listener of listeners) listener(now)
    if (error) throw error
    return now
  }
  const retry = () => verb().catch(() => {})

  return {
    register: () => verb(0),
    sync: () => verb(),
    status,
    unregister: () => verb(1),
    onChange: (listener) => {
      before ??= status().then(JSON.stringify)
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
