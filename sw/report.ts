/** Milliseconds after which a statistics request is given up: well inside the 30 s that browsers give a push event. */
const timeLimitMs = 10_000

/**
 * Sends one of CleverTap's statistics requests, as its own worker does: a GET whose answer nobody reads.
 *
 * Settles when the request has left, failed or run out of time, and never rejects: an ad blocker, a policy or a dead
 * network must not take the notification or the click with it, and there is nobody to tell.
 *
 * @param url anything but an absolute http(s) URL is not sent: CleverTap's own worker, given no `redirectPath`, asks the
 *   site for `undefined&b=…`
 */
export const report = async (url: string, worker: ServiceWorkerGlobalScope): Promise<void> => {
  try {
    if (/^https?:\//.test(url)) await worker.fetch(url, { mode: 'no-cors', signal: AbortSignal.timeout(timeLimitMs) })
  } catch {
    // On purpose, see above.
  }
}
