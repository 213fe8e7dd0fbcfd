import { readClick } from './click-plan.ts'
import { report } from './report.ts'

/**
 * Takes the user to a URL: to the tab that shows exactly it, else to a new one.
 *
 * A tab that shows something else is navigated only where the browser refuses to open a window: somebody may be writing
 * in it.
 */
const visit = async (url: string, { clients }: ServiceWorkerGlobalScope) => {
  // Most recently focused first. Uncontrolled ones too, because the first page of a visit is not controlled.
  const tabs = await clients.matchAll({ type: 'window', includeUncontrolled: true })
  const tab = tabs.find((one) => one.url === url)
  return tab ? tab.focus() : clients.openWindow(url).catch(async () => (await tabs[0]?.navigate(url))?.focus())
}

/**
 * Answers a click on a notification that `onPush` has shown, or on one of its buttons. Belongs inside
 * `event.waitUntil`. Notifications of others are left alone.
 *
 * Closes the notification, focuses an open tab of its URL or opens one (the site itself if the push named no usable
 * URL), and sends CleverTap's clicked request meanwhile. Settles when both are done, at most 10 s after the visit.
 *
 * @throws what the browser said when it would neither focus, open nor navigate
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
