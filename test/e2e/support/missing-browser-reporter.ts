import type { Reporter, TestModule } from 'vitest/node'
import { installCommand } from './browsers.ts'

/** Says in the last lines of a run which browser suites were not run and how to get them; silent when all ran. */
export default class MissingBrowserReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const leftOut: string[] = []
    const packages: string[] = []
    for (const module of modules) {
      for (const suite of module.children.suites()) {
        const { missingPackages } = suite.meta()
        if (!missingPackages) continue
        leftOut.push(`  ${module.relativeModuleId}: ${suite.name}`)
        packages.push(...missingPackages)
      }
    }
    if (leftOut.length === 0) return
    const lines = [
      'NOT RUN, because a browser is missing here:',
      ...leftOut,
      'To run them:',
      `  ${installCommand(packages)}`,
    ]
    process.stdout.write(`\n${lines.join('\n')}\n`)
  }
}
