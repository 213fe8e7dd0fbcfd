import { vi } from 'vitest'

/**
 * Repeats the check until it passes, for at most two minutes, as `expect.poll` does with vitest.config.ts, so that no test fails
 * only because the machine is busy. Vitest's default limit is 1 s.
 */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 120_000 })
