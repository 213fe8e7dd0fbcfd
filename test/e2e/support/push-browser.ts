import type { NotificationDaemon } from './notification-daemon.ts'
import type { PushService } from './push-service.ts'

export type BrowserName = 'chromium' | 'firefox'

/** `default`: the user has never been asked. */
export type NotificationPermission = 'granted' | 'denied' | 'default'

/** A tab of the browser. */
export interface Tab {
  goto(url: string): Promise<void>
  reload(): Promise<void>
  /**
   * A real, trusted click on the first element that matches the CSS selector, also in an open shadow root. Waits until the
   * element exists. The page gets a user activation.
   */
  click(selector: string): Promise<void>
  /** A real, trusted press of a key, by its name in the DOM, where the focus is. */
  press(key: 'Enter' | 'Escape' | 'Tab'): Promise<void>
  /** Brings the tab to the front. */
  show(): Promise<void>
  /** Runs a function in the page. From the test it can use only `argument`, which is cloned, as its result is. */
  evaluate<A, R>(work: (argument: A) => R | Promise<R>, argument: A): Promise<R>
  url(): string
  /**
   * Answers this tab's requests to another server, because no other host is reachable. The answer is a script, as such servers
   * answer pages.
   */
  answerFor(origin: string, scriptFor: (url: URL) => string): Promise<void>
  close(): Promise<void>
}

export interface StartOptions {
  /** The site under test; `*` for any. Firefox ignores it: `permission` applies to every site. */
  readonly origin: string
  /** The user's decision about notifications from this origin in an earlier session. Default `granted`. */
  readonly permission?: NotificationPermission
}

/** A real browser with its own profile, push service and desktop, all on loopback. */
export interface PushBrowser<Service extends PushService = PushService, Native = unknown> {
  readonly name: BrowserName
  readonly service: Service
  readonly desktop: NotificationDaemon
  /** The folder of its profile and home; deleted by `stop`. */
  readonly folder: string
  /** The driver's own object, for what is not offered here, such as screenshots. It changes with every restart. */
  readonly native: Native
  /** The first tab, which starts blank. It changes with every restart. */
  readonly tab: Tab
  /** The URLs of all tabs; a tab that a click has opened may appear a moment later. */
  tabUrls(): Promise<string[]>
  /** Closes every tab but the first, and brings that one to the front. */
  closeOtherTabs(): Promise<void>
  /** Opens another tab in front. Chromium: only after a first `subscribe()` has resolved, or it rejects after two minutes. */
  openTab(url: string): Promise<Tab>
  /** Changes a permission as the user does in the settings. Resolves when it has changed. Chromium: as for `openTab`. */
  setPermission(origin: string, permission: NotificationPermission): Promise<void>
  /**
   * Takes the page offline, or online again: `navigator.onLine`, its events, and every request except the browser's own, such
   * as its connection to the push service. Firefox: in the first tab only.
   */
  setOffline(offline: boolean): Promise<void>
  /** Closes the browser as a user does, and waits until it has ended. `restart` starts it again. */
  close(): Promise<void>
  /** Starts the browser again on the same profile, and closes it first if necessary. */
  restart(): Promise<void>
  /** Ends the browser, push service and desktop, and deletes all their files. */
  stop(): Promise<void>
}
