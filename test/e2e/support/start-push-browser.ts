import { type NotificationDaemon, startNotificationDaemon } from './notification-daemon.ts'
import type { BrowserName, NotificationPermission, PushBrowser, Tab } from './push-browser.ts'
import type { PushService } from './push-service.ts'
import { createTempFolder } from './temp-folder.ts'

/** The environment that a browser is started in. */
export interface Surroundings<Service> {
  readonly service: Service
  readonly desktop: NotificationDaemon
  /** For its profile and as its home. */
  readonly folder: string
}

/** One run of a browser, from its start to its end. */
export interface BrowserRun<Native> {
  readonly native: Native
  readonly tab: Tab
  tabUrls(): Promise<string[]>
  closeOtherTabs(): Promise<void>
  openTab(url: string): Promise<Tab>
  setPermission(origin: string, permission: NotificationPermission): Promise<void>
  setOffline(offline: boolean): Promise<void>
  close(): Promise<void>
}

/**
 * Starts a browser and handles what both browsers have in common: the environment, successive runs on the same profile, and the
 * clean-up.
 *
 * @param launch starts the browser; called again for every restart, with the same surroundings.
 */
export const startPushBrowser = async <Service extends PushService, Native>(
  name: BrowserName,
  startService: () => Promise<Service>,
  launch: (surroundings: Surroundings<Service>) => Promise<BrowserRun<Native>>,
): Promise<PushBrowser<Service, Native>> => {
  // Undone in reverse order, also when the start fails half-way.
  const undo: (() => unknown)[] = []
  const end = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  const start = async () => {
    const folder = createTempFolder()
    undo.push(folder.remove)
    const service = await startService()
    undo.push(service.stop)
    const desktop = await startNotificationDaemon()
    undo.push(desktop.stop)
    const surroundings = { service, desktop, folder: folder.path }
    return { surroundings, firstRun: await launch(surroundings) }
  }
  const { surroundings, firstRun } = await start().catch(async (error: unknown) => {
    await end()
    throw error
  })

  let run = firstRun
  let running = true
  const close = async () => {
    if (!running) return
    running = false
    await run.close()
  }
  undo.push(close)

  return {
    name,
    ...surroundings,
    get native() {
      return run.native
    },
    get tab() {
      return run.tab
    },
    tabUrls: () => run.tabUrls(),
    closeOtherTabs: () => run.closeOtherTabs(),
    openTab: (url) => run.openTab(url),
    setPermission: (origin, permission) => run.setPermission(origin, permission),
    setOffline: (offline) => run.setOffline(offline),
    close,
    async restart() {
      await close()
      run = await launch(surroundings)
      running = true
    },
    stop: end,
  }
}
