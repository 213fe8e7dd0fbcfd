import { vi } from 'vitest'

export const scope = 'https://shop.example/'

/** A tab as `clients.matchAll` gives it. */
export const fakeTab = (url: string) => {
  const tab = { url, focus: vi.fn(async () => tab), navigate: vi.fn(async (_url: string) => tab) }
  return tab
}

/**
 * The part of a service worker that showing a push and a click use. The casts stand for the rest of
 * `ServiceWorkerGlobalScope`, which has more than a hundred members.
 */
export const fakeWorker = (tabs: ReturnType<typeof fakeTab>[] = [], registered = scope) => {
  const parts = {
    fetch: vi.fn(async (_url: string, _init?: RequestInit) => new Response()),
    showNotification: vi.fn(async (_title: string, _options: NotificationOptions) => {}),
    setAppBadge: vi.fn(async (_badge: number) => {}),
    openWindow: vi.fn(async (_url: string): Promise<unknown> => null),
    matchAll: vi.fn(async (_options: ClientQueryOptions) => tabs),
  }
  const worker = {
    fetch: parts.fetch,
    registration: { scope: registered, showNotification: parts.showNotification },
    navigator: { setAppBadge: parts.setAppBadge },
    clients: { openWindow: parts.openWindow, matchAll: parts.matchAll },
  } as unknown as ServiceWorkerGlobalScope
  return { ...parts, worker }
}

/** A request in flight: `promise` for `fetch` to return, `answer` to end it. */
export const openRequest = () => {
  let answer = () => {}
  const promise = new Promise<Response>((resolve) => {
    answer = () => resolve(new Response())
  })
  return { promise, answer: () => answer() }
}

/** A push event with this payload; without one, a push without payload. */
export const pushOf = (payload?: unknown, more: object = {}): PushEvent =>
  ({
    data:
      payload === undefined ? null : { text: () => (typeof payload === 'string' ? payload : JSON.stringify(payload)) },
    ...more,
  }) as unknown as PushEvent

/** A click event on a notification that holds this data. */
export const clickOn = (data: unknown, action = '') => {
  const close = vi.fn()
  return { close, event: { action, notification: { data, close } } as unknown as NotificationEvent }
}

/** A push as CleverTap sends it: the keys of its worker and of public samples, the values made up. */
export const cleverTapPush = {
  title: 'Half price until Sunday',
  deepLink: 'https://shop.example/sale?week=47',
  notificationOptions: {
    body: 'Coats and boots',
    icon: 'https://shop.example/icon.png',
    requireInteraction: true,
    actions: [
      { action: 'action1', title: 'Coats', deepLink: 'https://shop.example/coats' },
      { action: 'action2', title: 'Later' },
    ],
    data: { wzrk_id: '1700000000_20261123' },
  },
  redirectPath: 'https://eu1.clevertap-prod.com/br?e=AbC&c=dEf&br=Chrome',
  raiseNotificationViewedPath: 'https://eu1.clevertap-prod.com/r?e=AbC&c=dEf&br=Chrome',
  wzrk_acct_id: 'TEST-000-000-000Z',
  ct: 'pn',
}

/** A Declarative Web Push message with every member that Pushferry reads. */
export const declarativePush = {
  web_push: 8030,
  notification: {
    title: 'New message',
    body: 'From Ada',
    navigate: '/inbox/1',
    icon: '/ada.png',
    lang: 'en',
    dir: 'ltr',
    tag: 'inbox',
    silent: true,
    actions: [{ action: 'archive', title: 'Archive', navigate: '/inbox/1/archive' }],
    data: { thread: 1 },
  },
  app_badge: 3,
  mutable: true,
}
