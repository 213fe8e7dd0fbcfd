// npm run check: runs every gate that needs no browser, in parallel where no gate needs another's output. Ends with the exit code
// of the first gate that fails.
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runGates } from './check/run-gates.mjs'

const npm = (...words) => ['npm', 'run', '--silent', ...words]

/** In starting order: the fastest gates first, and the tests as soon as the build is ready. */
const gates = [
  { name: 'lint', command: npm('lint') },
  { name: 'build', command: npm('build') },
  { name: 'typecheck', command: npm('typecheck', '--', '--unbuilt') },
  { name: 'size', command: npm('size'), after: ['build'] },
  { name: 'api', command: npm('api', '--', '--check'), after: ['build'] },
  { name: 'tests', command: ['npx', 'vitest', 'run', '--project', 'node'], after: ['build'] },
  { name: 'package', command: npm('package'), after: ['build'] },
]

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
process.exitCode = await runGates(gates, { atOnce: Math.max(2, availableParallelism()) })
