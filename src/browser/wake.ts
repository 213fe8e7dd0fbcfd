/** The Background Sync tag and the message that make the worker deliver. */
export const wakeTag = 'pushferry'

/** Background Sync. Only Chromium has it, so TypeScript's libraries lack it (wicg.github.io/background-sync/spec). */
interface SyncCapable extends ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> }
}

/** Makes the browser wake the worker when it is online. Does nothing without Background Sync, and ignores a failure. */
export const wakeLater = (registration: ServiceWorkerRegistration | undefined): void => {
  ;(registration as SyncCapable | undefined)?.sync?.register(wakeTag).catch(() => {})
}
