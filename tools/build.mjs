// npm run build: compiles the emitting projects, then bundles the browser ones, drops inner types and
// prints the scripts' hashes. `--clean` empties the output first.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name, file) => join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file)
const run = (script, ...args) => {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

if (process.argv.includes('--clean'))
  for (const folder of ['dist', 'build']) rmSync(join(root, folder), { recursive: true, force: true })
for (const project of ['src/relay', 'src/client', 'sw', 'src/relay/status/page'])
  run(bin('typescript', 'bin/tsc'), '-p', project)
run(bin('rollup', 'dist/bin/rollup'), '--config', '--silent')
for (const [file, name] of [
  ['page.css', 'pushferry-status.css'],
  ['icon.svg', 'pushferry-status.svg'],
])
  copyFileSync(join(root, 'src/relay/status/page', file), join(root, 'dist/browser', name))
chmodSync(join(root, 'dist/cli/main.js'), 0o755)
for (const step of ['prune-types.mjs', 'integrity.mjs']) run(join(root, 'tools', step))
