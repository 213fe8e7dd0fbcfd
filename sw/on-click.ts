import { readClick } from './click-plan.ts'
import { report } from './report.ts'

/**
 * Opens a URL: focuses the tab with exactly this URL, else opens a new one.
 *
 * Navigates another tab only if the browser refuses to open a window, because the user may be typing in that tab.
 */
const visit = async (url: string, { clients }: ServiceWorkerGlobalScope) => {
  // Most recently focused first. Uncontrolled ones too, because the first page of a visit is not controlled.
  const tabs = await clients.matchAll({ type: 'window', includeUncontrolled: true })
  const tab = tabs.find((one) => one.url === url)
  return tab ? tab.focus() : clients.openWindow(url).catch(async () => (await tabs[0]?.navigate(url))?.focus())
}

/**
 * Handles a click on a notification that `onPush` has shown, or on one of its buttons. Call it inside `event.waitUntil`. Ignores other
 * notifications.
 *
 * Closes the notification, focuses an open tab of its URL or opens one (the site itself if the push has no usable URL), and at the same
 * time sends CleverTap's clicked request. Settles when both are done, at most 10 s after the visit.
 *
 * @throws the browser's error when it can neither focus, open nor navigate
 */
export const onClick = async (event: NotificationEvent, worker: ServiceWorkerGlobalScope): Promise<unknown> => {
  const { action, notification } = event
  const click = readClick(notification.data, action)
  if (!click) return
  notification.close()
  const visited = visit(click.url, worker)
  const reported = report(click.report, worker)
  return visited.finally(() => reported)
}
