import { vi } from 'vitest'

/**
 * Repeats the check until it passes, for at most two minutes, as `expect.poll` does by vitest.config.ts, so that a busy machine fails
 * no test. Vitest's own limit is 1 s.
 */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 120_000 })
