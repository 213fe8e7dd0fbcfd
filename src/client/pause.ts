export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const pollMs = 200

/** Looks again and again, because neither the SDK's loading nor its ID has an event. The last look counts. */
export const poll = async <T>(look: () => T, timeoutMs: number): Promise<T> => {
  for (let left = timeoutMs; left > 0 && !look(); left -= pollMs) await pause(pollMs)
  return look()
}
