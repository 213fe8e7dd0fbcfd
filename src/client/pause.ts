export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Calls `look` every 50 ms until it returns something or the limit has passed, and resolves with its last result. CleverTap's SDK,
 * for one, fires no event when it has loaded or has an ID.
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
