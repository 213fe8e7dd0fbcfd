import { deliver } from '../src/browser/deliver.ts'
import { limit } from '../src/browser/limit.ts'
import { withLock } from '../src/browser/lock.ts'
import { createRows } from '../src/browser/rows.ts'
import { wakeLater, wakeTag } from '../src/browser/wake.ts'
import type { DisplaySettings } from './display-settings.ts'
import { onClick } from './on-click.ts'
import { onPush } from './on-push.ts'

/** How the worker behaves: `attachPushferry`'s options, and `self.PUSHFERRY` of the classic script. */
export interface WorkerOptions extends DisplaySettings {
  /**
   * `false` leaves pushes and clicks to another listener, such as CleverTap's own worker beside this one.
   * Default: `true`.
   */
  display?: boolean
}

const attached = Symbol.for('pushferry')

/** Time limit for each request, for `subscribe`, and for the lock (ms). Browsers stop an idle worker after 30 s or more. */
const timeoutMs = 1e4

/**
 * Adds Pushferry to the service worker that calls it; further calls do nothing. Call it at the top level of the worker's
 * script, because browsers wake a worker only for listeners that were added while its script ran.
 *
 * Listens for `pushsubscriptionchange`, `sync`, `message` (only `'pushferry'`), `push` and `notificationclick`, and does all its
 * work inside `waitUntil`. Needs no settings for the relay: it reads them from IndexedDB, where the page has stored them. Does
 * nothing before the page has registered once. Never calls `skipWaiting` or `claim`, loads no code, and lets other listeners get
 * every event too.
 *
 * @example
 * import { attachPushferry } from 'pushferry/sw'
 * attachPushferry()
 */
export const attachPushferry = (options: WorkerOptions = {}): void => {
  // TypeScript's library types `self` as any worker's.
  const worker = self as unknown as ServiceWorkerGlobalScope & { [attached]?: true }
  // Attached twice, for example by the site's worker and by a plugin's script, it must not show each push twice.
  if (worker[attached]) return
  worker[attached] = true
  const { registration } = worker
  const rows = createRows(() => registration.scope)

  /**
   * Delivers what is owed, and subscribes again first where the subscription is gone.
   *
   * @param isDemanded whether to reject if something is still owed
   */
  const finish = (isDemanded?: boolean): Promise<void> =>
    withLock(async () => {
      const row = await rows.read()
      // No page has registered yet, or the page has to repair damaged storage.
      if (!row.relay) return
      // With the live subscription's key, subscribe returns that subscription without a request; with another key it fails. So the
      // worker never sends a subscription that another product made.
      const live =
        row.off || !row.objectId || Notification.permission !== 'granted'
          ? undefined
          : await limit(
              () => registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: row.vapidKey }),
              timeoutMs,
            )
      await deliver(row, live, { fetch, timeoutMs, save: () => rows.write(row) })
      await rows.write(row)
      if (isDemanded && row.retryAt) throw new Error('Retry later')
    }, timeoutMs)
  // A later event delivers what failed here. The failure must not count as a push that was not handled.
  const catchUp = () => finish().catch(() => {})

  const on = <E>(type: string, answer: (event: E) => unknown) =>
    // The casts: the type decides the event, and `waitUntil` treats any value that is not a promise as a resolved one.
    worker.addEventListener(type as 'push', (event) => event.waitUntil(answer(event as E) as Promise<unknown>))
  // Neither member of the event is trusted: Chromium sets both to null, Firefox only the old subscription, older Firefox none
  // (chromestatus.com/feature/5147683423256576; seen in both). The row has the old endpoint, `subscribe` returns the new one.
  on('pushsubscriptionchange', () => {
    // First, because nothing else would retry after a failure offline.
    wakeLater(registration)
    return finish(true)
  })
  on('message', ({ data }: MessageEvent) => data === wakeTag && catchUp())
  // A rejection makes the browser fire the event again later.
  on('sync', ({ tag }: { tag: string }) => tag === wakeTag && finish(true))
  on('push', (event: PushEvent) =>
    Promise.all([options.display !== false && onPush(event, worker, options), catchUp()]),
  )
  on('notificationclick', (event: NotificationEvent) => options.display !== false && onClick(event, worker))
  catchUp()
}
