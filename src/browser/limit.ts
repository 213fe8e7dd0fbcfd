/**
 * Waits for a promise of the browser, with a time limit: some of its promises are known never to settle
 * (`subscribe()` in Firefox for Android, IndexedDB in a broken profile, `ready` outside the scope).
 *
 * @param work begins at once, in the same tick; an error that it throws is a rejection too
 * @param ms the time limit; after it this rejects with `undefined`, and the result of the work is ignored
 */
export const limit = <T>(work: () => T | PromiseLike<T>, ms: number): Promise<T> =>
  Promise.race([(async () => work())(), new Promise<never>((_, reject) => setTimeout(reject, ms))])
