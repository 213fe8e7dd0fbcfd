export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Polls what fires no event, such as CleverTap's SDK when it has loaded or has an ID. The last result counts.
 *
 * One timer measures the limit: a browser runs the timers of a hidden page once a second or less often, so 10 s counted in
 * pauses would become minutes.
 */
export const poll = async <T>(look: () => T, timeoutMs: number): Promise<T> => {
  let over: boolean | undefined
  setTimeout(() => {
    over = true
  }, timeoutMs)
  while (!look() && !over) await pause(50)
  return look()
}
