import type { Environment } from 'vitest/runtime'

declare global {
  /** Called when no further test file runs in this process. */
  var atWorkerEnd: Set<() => Promise<void>>
}

/** A Vitest environment lasts as long as its process, and so longer than the test files that share it. */
export default {
  name: 'worker-end',
  viteEnvironment: 'ssr',
  setup(global) {
    const ends: typeof atWorkerEnd = new Set()
    global.atWorkerEnd = ends
    return {
      async teardown() {
        await Promise.all([...ends].map((end) => end()))
      },
    }
  },
} satisfies Environment
