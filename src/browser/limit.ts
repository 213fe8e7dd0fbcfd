/**
 * Does some of the browser's work, but does not wait for ever: many of its promises are known never to settle
 * (`subscribe()` in Firefox for Android, IndexedDB in a broken profile, `ready` outside the scope).
 *
 * @param work begins at once, in the same tick; what it throws is a rejection too
 * @param ms how long to wait; then it rejects with `undefined`, and the work goes on unheeded
 */
export const limit = <T>(work: () => T | PromiseLike<T>, ms: number): Promise<T> =>
  Promise.race([(async () => work())(), new Promise<never>((_, reject) => setTimeout(reject, ms))])
