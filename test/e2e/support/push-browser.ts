import type { NotificationDaemon } from './notification-daemon.ts'
import type { PushService } from './push-service.ts'

export type BrowserName = 'chromium' | 'firefox'

/** `default` is a user who was never asked. */
export type NotificationPermission = 'granted' | 'denied' | 'default'

/** A tab. */
export interface Tab {
  goto(url: string): Promise<void>
  reload(): Promise<void>
  /**
   * A real, trusted click on the first element that the CSS selector finds, also in an open shadow root, as soon as it
   * is there; so the page gets a user activation.
   */
  click(selector: string): Promise<void>
  /** A real, trusted press of a key, by its name in the DOM, where the focus is. */
  press(key: 'Enter' | 'Escape' | 'Tab'): Promise<void>
  /** Brings it to the front. */
  show(): Promise<void>
  /** Runs the function in the page. It sees nothing of the test but `argument`, which is cloned, as its result is. */
  evaluate<A, R>(work: (argument: A) => R | Promise<R>, argument: A): Promise<R>
  url(): string
  /**
   * Answers this tab's requests to somebody else's server in its place, since no other host is reachable; with a script,
   * because that is how such servers answer pages.
   */
  answerFor(origin: string, scriptFor: (url: URL) => string): Promise<void>
  close(): Promise<void>
}

export interface StartOptions {
  /** The site under test; `*` for any. Firefox knows no difference here: `permission` is for any site. */
  readonly origin: string
  /** What the user said to notifications from this origin in an earlier session. Default `granted`. */
  readonly permission?: NotificationPermission
}

/** A real browser on a profile of its own, with a push service and a desktop of its own, all on loopback. */
export interface PushBrowser<Service extends PushService = PushService, Native = unknown> {
  readonly name: BrowserName
  readonly service: Service
  readonly desktop: NotificationDaemon
  /** Where its profile and home are; deleted by `stop`. */
  readonly folder: string
  /** The driver's own view, for what is not offered here, such as screenshots: another one after every restart. */
  readonly native: Native
  /** The first tab: another one after every restart. It starts blank. */
  readonly tab: Tab
  /** Every tab of the browser; one that a click has opened may be there only a moment later. */
  tabUrls(): Promise<string[]>
  /** Closes every tab but the first, and brings that one to the front. */
  closeOtherTabs(): Promise<void>
  /** A further tab, in front. Chromium: only after a first `subscribe()` has resolved, or it rejects after 20 s. */
  openTab(url: string): Promise<Tab>
  /** What the user changes in the settings; done when the browser has it. Chromium: the same limit as for `openTab`. */
  setPermission(origin: string, permission: NotificationPermission): Promise<void>
  /**
   * Takes the network away, or brings it back: `navigator.onLine`, its events, and every request but those of the
   * browser itself, such as its connection to the push service. Firefox: in the first tab only.
   */
  setOffline(offline: boolean): Promise<void>
  /** Closes the browser as a user does, and waits until it is gone. `restart` brings it back. */
  close(): Promise<void>
  /** Starts the browser again on the same profile, closing it first if need be. */
  restart(): Promise<void>
  /** Ends the browser, push service and desktop, and deletes every file of theirs. */
  stop(): Promise<void>
}
