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

/** For each request, for `subscribe`, and for the lock (ms). A worker that is done with its event is stopped after 30 s or more. */
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
  // Imported twice, by the site's worker and by a plugin's for one, it must not show each push twice.
  if (worker[attached]) return
  worker[attached] = true
  const { registration } = worker
  const rows = createRows(() => registration.scope)

  /**
   * Finishes what the page has begun and repairs what the browser has broken: subscribes again where the subscription is
   * gone, and delivers what is owed.
   *
   * @param isDemanded whether to reject while something is owed still
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
  // A later trigger delivers what failed here. The failure must not count as a push that was not handled.
  const catchUp = () => finish().catch(() => {})

  const on = <E>(type: string, answer: (event: E) => unknown) =>
    // The casts: the type decides the event, and `waitUntil` takes any value that is no promise for a settled one.
    worker.addEventListener(type as 'push', (event) => event.waitUntil(answer(event as E) as Promise<unknown>))
  // Neither field of the event is trusted: Chromium gives both as null, Firefox the old one only, older Firefox none
  // (chromestatus.com/feature/5147683423256576; seen in both). The row knows the old one, `subscribe` the new one.
  on('pushsubscriptionchange', () => {
    // Before the try, because offline nothing else would try again.
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
