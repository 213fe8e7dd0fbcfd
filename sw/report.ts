/** Timeout of a statistics request, in ms: well below the 30 s that browsers give a push event. */
const timeLimitMs = 10_000

/**
 * Sends one of CleverTap's statistics requests, as its own worker does: a GET whose answer nobody reads.
 *
 * Settles when the request is sent, has failed or timed out, and never rejects: an ad blocker, a policy or a missing network must not
 * affect the notification or the click.
 *
 * @param url only an absolute http(s) URL is requested. (CleverTap's own worker requests `undefined&b=…` from the site when the
 *   `redirectPath` is missing.)
 */
export const report = async (url: string | undefined, worker: ServiceWorkerGlobalScope): Promise<void> => {
  try {
    if (url && /^https?:\//.test(url))
      await worker.fetch(url, { mode: 'no-cors', signal: AbortSignal.timeout(timeLimitMs) })
  } catch {
    // On purpose, see above.
  }
}
