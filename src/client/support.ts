import type { PushErrorCode } from './errors.ts'

/**
 * Why push cannot work in this page, or an empty text.
 *
 * On iPhones and iPads push exists only in home-screen apps: a tab there has neither `PushManager` nor `Notification`, and
 * says so with `navigator.standalone`, which no other platform has. Before iOS 16.4 installing does not help either, but
 * nothing tells those versions apart in a tab.
 */
export const obstacle = (): PushErrorCode | '' =>
  !self.isSecureContext
    ? 'insecure-context'
    : self.PushManager && self.Notification && navigator.serviceWorker
      ? ''
      : (navigator as { standalone?: boolean }).standalone === false
        ? 'needs-install'
        : 'unsupported'
