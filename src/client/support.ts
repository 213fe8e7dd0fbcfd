/**
 * Why push cannot work in this page, or `undefined`.
 *
 * On iPhones and iPads push exists only in home-screen apps: a tab there has neither `PushManager` nor `Notification`, and
 * says so with `navigator.standalone`, which no other platform has. Before iOS 16.4 installing does not help either, but
 * nothing tells those versions apart in a tab.
 */
export const obstacle = (): 'insecure-context' | 'needs-install' | 'unsupported' | undefined => {
  try {
    if (!self.isSecureContext) return 'insecure-context'
    // A sandboxed frame throws from some of these.
    if (self.PushManager && self.Notification?.permission && navigator.serviceWorker) return undefined
    // The cast: TypeScript's library does not know Safari's member.
    return (navigator as { standalone?: boolean }).standalone === false ? 'needs-install' : 'unsupported'
  } catch {
    return 'unsupported'
  }
}
