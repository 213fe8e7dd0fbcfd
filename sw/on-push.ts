import type { DisplaySettings } from './display-settings.ts'
import { readPush } from './payload.ts'
import { report } from './report.ts'

/**
 * Shows a push. Call it inside `event.waitUntil`.
 *
 * Shows the notification at once. Settles when CleverTap's viewed request is over too (at most 10 s later). Does nothing for a push that
 * the browser shows itself (`event.notification`, Safari's mutable declarative messages), and for other vendors' pushes when
 * `settings.foreign` is `'ignore'`.
 *
 * @param settings how to show pushes that are not CleverTap's; all have a default
 * @throws the browser's error when it refuses even a plain notification, because the permission is gone
 */
export const onPush = async (
  event: PushEvent & { readonly notification?: unknown },
  worker: ServiceWorkerGlobalScope,
  settings: DisplaySettings = {},
): Promise<unknown> => {
  const { registration, navigator } = worker
  // The page client's default scope is a folder of our own, without pages, so that our worker does not replace the site's.
  const site = registration.scope.replace(/pushferry\/$/, '')
  const display = event.notification ? undefined : readPush(event.data?.text() ?? '', site, settings, Date.now())
  if (!display) return
  const [title, options, viewedPath, badge] = display
  const shown = registration.showNotification(title, options).catch(() =>
    // The browser refuses a member. Show plain text, because a push that shows nothing can end the subscription.
    registration.showNotification(title, { body: options.body ?? '', data: options.data }),
  )
  const viewed = report(viewedPath, worker)
  // Firefox and Chrome on Android have no badge. A refused badge does not matter.
  if (badge >= 0) navigator.setAppBadge?.(badge).catch(() => {})
  return shown.finally(() => viewed)
}
