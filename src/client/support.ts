import type { Status } from './status.ts'

/** Why push cannot work in a page. */
export type Obstacle = Extract<Status, { state: 'unsupported' | 'needs-install' }>['reason']

/**
 * Why push cannot work in this page, or `undefined`. Never throws, not even on a server.
 *
 * On iPhones and iPads push exists only in home-screen apps. A tab there has neither `PushManager` nor `Notification`, and is
 * recognised by `navigator.standalone`, which no other platform has. Before iOS 16.4 installing does not help either, but
 * nothing tells those versions apart in a tab.
 */
export const obstacle = (): Obstacle | undefined => {
  try {
    if (!self.isSecureContext) return 'insecure-context'
    // A sandboxed frame has the origin `null`, and reading some of the other members throws there.
    if (self.origin !== 'null' && self.PushManager && self.Notification?.permission && navigator.serviceWorker)
      return undefined
    // The cast: TypeScript's library does not know Safari's member.
    if ((navigator as { standalone?: boolean }).standalone === false) return 'needs-install'
  } catch {
    // Unsupported.
  }
  return 'unsupported'
}
