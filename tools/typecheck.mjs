// npm run typecheck: every project, emitting nothing.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
const projects = [
  'src/wire',
  'src/ticket',
  'src/client',
  'sw',
  'src/relay',
  'src/relay/operations/status/page',
  'demo',
  'demo/site',
  'test',
  'test/sw',
  'test/browser',
]
let failed = 0
for (const project of projects) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project, '--noEmit'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) failed++
}
process.exit(failed ? 1 : 0)
