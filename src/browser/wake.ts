/** The Background Sync tag, and the message, that make the worker deliver what is owed. */
export const wakeTag = 'pushferry'

/** Background Sync. Only Chromium has it, so that TypeScript's libraries do not (wicg.github.io/background-sync/spec). */
export interface SyncCapable {
  readonly sync: { register(tag: string): Promise<void> }
}
