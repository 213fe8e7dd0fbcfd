import type { DisplaySettings } from './display-settings.ts'
import { readPush } from './payload.ts'
import { report } from './report.ts'

/**
 * Shows a push. Belongs inside `event.waitUntil`.
 *
 * Settles when the notification is shown and CleverTap's viewed request is over (at most 10 s later); the display waits
 * for nothing. A push that the browser shows by itself (`event.notification`, Safari's mutable declarative messages) is
 * left to it, and other vendors' pushes to their listeners when `settings.foreign` is `'ignore'`.
 *
 * @param settings how to show pushes that are not CleverTap's; all have a default
 * @throws what the browser said when it refused even the plain notification, which is when permission is gone
 */
export const onPush = async (
  event: PushEvent & { readonly notification?: unknown },
  worker: ServiceWorkerGlobalScope,
  settings: DisplaySettings = {},
): Promise<unknown> => {
  const { registration, navigator } = worker
  // The page client's default scope is a folder of our own, without pages, which keeps our worker from the site's.
  const site = registration.scope.replace(/pushferry\/$/, '')
  const display = event.notification ? undefined : readPush(event.data?.text() ?? '', site, settings, Date.now())
  if (!display) return
  const [title, options, viewedPath, badge] = display
  const shown = registration.showNotification(title, options).catch(() =>
    // A member that this browser refuses: a push that shows nothing costs the subscription, so show the plain text.
    registration.showNotification(title, { body: options.body ?? '', data: options.data }),
  )
  const viewed = report(viewedPath, worker)
  // Not in Firefox, nor in Chrome on Android. A badge that is refused is nobody's loss.
  if (badge >= 0) navigator.setAppBadge?.(badge).catch(() => {})
  return shown.finally(() => viewed)
}
