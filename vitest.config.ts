import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Long enough for a busy machine: a time-out is for what hangs, and no measure of speed. */
const timeouts = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 120_000 } } }

/** Folders whose tests start the built product as processes, install its package, or simulate outages. */
const system = ['test/system/**', 'test/faults/**', 'test/package/**', 'test/bench/**']
const browser = ['test/e2e/**']

/** Files share a process, which saves loading Fastify and the rest once for each of them. */
const node = { ...timeouts, isolate: false, globalSetup: './test/support/shared-postgres.ts' }

/**
 * Three projects. `node` needs no browser (happy-dom where a file asks for it) and no process beside PostgreSQL: `npm run check`
 * runs it. `system` tries the built product as a whole. Both run on every Node version. `browser` drives the installed Chromium and
 * Firefox and runs one file at a time, because load is what makes browser tests unsteady.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/progress-reporter.ts', './test/e2e/support/missing-browser-reporter.ts'],
    // Many files wait for processes that they started, so one more than there are cores finds something to do.
    maxWorkers: availableParallelism() + 1,
    projects: [
      { test: { name: 'node', include: ['test/**/*.test.ts'], exclude: [...system, ...browser], ...node } },
      { test: { name: 'system', include: system.map((folder) => `${folder}/*.test.ts`), ...node } },
      {
        test: {
          name: 'browser',
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          // Files share browsers, which start slowly, and so a process, at whose end they are closed.
          isolate: false,
          environment: './test/e2e/support/worker-end.ts',
          sequence: { groupOrder: 1 },
          ...timeouts,
        },
      },
    ],
  },
})
