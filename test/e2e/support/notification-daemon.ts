import dbus from 'dbus-next'
import { createEventLog, type EventLog } from './event-log.ts'
import { startPrivateBus } from './private-bus.ts'

const NAME = 'org.freedesktop.Notifications'
const DISMISSED_BY_USER = 2
const CLOSED_BY_APPLICATION = 3

export interface NotificationButton {
  readonly key: string
  readonly label: string
}

/** A notification as the desktop was asked to show it. */
export interface DesktopNotification {
  readonly id: number
  readonly title: string
  /** The text. Chromium puts the site's origin and an empty line before it. */
  readonly body: string
  /** Every action that came with it: the site's buttons next to the browser's own, such as `default` and `settings`. */
  readonly buttons: readonly NotificationButton[]
}

export type DesktopEvent =
  | { readonly what: 'shown'; readonly notification: DesktopNotification }
  | { readonly what: 'closed'; readonly id: number }

/** The fake desktop of the browser under test: records its notifications, and clicks them as a user would. */
export interface NotificationDaemon {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string
  readonly log: EventLog<DesktopEvent>
  /** The oldest notification that no call has returned yet, or the next one. @throws Error when none comes in two minutes. */
  next(matches?: (notification: DesktopNotification) => boolean): Promise<DesktopNotification>
  /** The notifications on the screen now. */
  showing(): DesktopNotification[]
  click(notification: DesktopNotification): void
  /** @throws Error when the notification has no button with this label. */
  clickButton(notification: DesktopNotification, label: string): void
  dismiss(notification: DesktopNotification): void
  stop(): Promise<void>
}

/**
 * `org.freedesktop.Notifications` (https://specifications.freedesktop.org/notification-spec/latest/): the methods that
 * browsers call, and the two signals. dbus-next turns the methods named in `configureMembers` into both.
 */
class NotificationsInterface extends dbus.interface.Interface {
  readonly screen = new Map<number, DesktopNotification>()
  readonly log = createEventLog<DesktopEvent>('desktop')
  #lastId = 0

  GetCapabilities(): string[] {
    return ['actions', 'body', 'persistence']
  }
  GetServerInformation(): string[] {
    return ['pushferry-e2e', 'pushferry', '1', '1.2']
  }
  Notify(_app: string, replaces: number, _icon: string, title: string, body: string, actions: string[]): number {
    if (replaces === 0) this.#lastId++
    const id = replaces === 0 ? this.#lastId : replaces
    const buttons: NotificationButton[] = []
    for (let at = 0; at + 1 < actions.length; at += 2) {
      buttons.push({ key: actions[at] ?? '', label: actions[at + 1] ?? '' })
    }
    const notification: DesktopNotification = { id, title, body, buttons }
    this.screen.set(id, notification)
    this.log.add({ what: 'shown', notification })
    return id
  }
  CloseNotification(id: number): void {
    this.close(id, CLOSED_BY_APPLICATION)
  }
  NotificationClosed(id: number, reason: number): unknown {
    return [id, reason]
  }
  ActionInvoked(id: number, key: string): unknown {
    return [id, key]
  }
  close(id: number, reason: number): void {
    if (!this.screen.delete(id)) return
    this.log.add({ what: 'closed', id })
    this.NotificationClosed(id, reason)
  }
}
NotificationsInterface.configureMembers({
  methods: {
    GetCapabilities: { outSignature: 'as' },
    GetServerInformation: { outSignature: 'ssss' },
    Notify: { inSignature: 'susssasa{sv}i', outSignature: 'u' },
    CloseNotification: { inSignature: 'u' },
  },
  signals: { NotificationClosed: { signature: 'uu' }, ActionInvoked: { signature: 'us' } },
})

export const startNotificationDaemon = async (): Promise<NotificationDaemon> => {
  const privateBus = await startPrivateBus()
  const bus = dbus.sessionBus({ busAddress: privateBus.address })
  const desktop = new NotificationsInterface(NAME)
  bus.export('/org/freedesktop/Notifications', desktop)
  await bus.requestName(NAME, 0)

  return {
    address: privateBus.address,
    log: desktop.log,
    next: async (matches = () => true) =>
      (await desktop.log.take('shown', ({ notification }) => matches(notification))).notification,
    showing: () => [...desktop.screen.values()],
    click: ({ id }) => void desktop.ActionInvoked(id, 'default'),
    clickButton({ id, buttons }, label) {
      const button = buttons.find((one) => one.label === label)
      if (!button) throw new Error(`no button "${label}" among ${buttons.map((one) => one.label).join(', ')}`)
      desktop.ActionInvoked(id, button.key)
    },
    dismiss: ({ id }) => desktop.close(id, DISMISSED_BY_USER),
    async stop() {
      bus.disconnect()
      await privateBus.stop()
    },
  }
}
