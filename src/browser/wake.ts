/** The Background Sync tag, and the message, that make the worker deliver what is owed. */
export const wakeTag = 'pushferry'

/** Background Sync. Only Chromium has it, so that TypeScript's libraries do not (wicg.github.io/background-sync/spec). */
interface SyncCapable extends ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> }
}

/** Has the browser wake the worker once it is online. Does nothing without Background Sync; a failure is ignored. */
export const wakeLater = (registration: ServiceWorkerRegistration | undefined): void => {
  ;(registration as SyncCapable | undefined)?.sync?.register(wakeTag).catch(() => {})
}
