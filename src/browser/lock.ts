import { limit } from './limit.ts'

/**
 * Runs one piece of work at a time across tabs and worker. Runs it without the lock where Web Locks are missing, refused or
 * not granted in time: every step is safe to repeat, and the lock only saves requests.
 *
 * @param name locks of other names do not wait for each other
 * @returns the result of the work, which is begun once
 */
export const withLock = <T>(work: () => Promise<T>, timeoutMs: number, name = 'pushferry'): Promise<T> => {
  let begun: Promise<T> | undefined
  const begin = () => (begun ??= work())
  return limit(() => navigator.locks.request(name, begin), timeoutMs).catch(begin)
}
