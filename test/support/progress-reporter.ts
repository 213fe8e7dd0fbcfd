import type { Reporter, TestModule, TestSpecification } from 'vitest/node'

/** Fewer files than this need no progress. */
const leastFiles = 20
/** A line after this number of files. */
const everyFiles = 10

/** One line of progress. `failed` counts files. */
export const progressLine = (done: number, all: number, failed: number, elapsedMs: number): string => {
  const minutes = Math.floor(elapsedMs / 60_000)
  const seconds = String(Math.floor(elapsedMs / 1000) % 60).padStart(2, '0')
  return `${done} of ${all} test files after ${minutes}:${seconds}${failed === 0 ? '' : `, ${failed} failed`}\n`
}

/** Prints the progress of a long run where the output is not a terminal: on a terminal vitest has its own summary. */
export default class ProgressReporter implements Reporter {
  #all = 0
  #done = 0
  #failed = 0
  #startedAt = 0

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#all = specifications.length
    this.#done = 0
    this.#failed = 0
    this.#startedAt = performance.now()
  }

  onTestModuleEnd(module: TestModule): void {
    this.#done++
    if (!module.ok()) this.#failed++
    if (process.stdout.isTTY || this.#all < leastFiles || this.#done % everyFiles !== 0) return
    process.stdout.write(progressLine(this.#done, this.#all, this.#failed, performance.now() - this.#startedAt))
  }
}
