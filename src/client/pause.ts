export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const pollMs = 200

/** Polls what fires no event, such as CleverTap's SDK when it has loaded or has an ID. The last result counts. */
export const poll = async <T>(look: () => T, timeoutMs: number): Promise<T> => {
  for (let left = timeoutMs; left > 0 && !look(); left -= pollMs) await pause(pollMs)
  return look()
}
