// npm run build: empties the output, compiles the projects, bundles the browser ones, removes internal types and prints the
// scripts' hashes. Empties it because a file that an older build left would be published, and an old migration applied.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiler, emitting } from './projects.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name, file) => join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file)
const run = (script, ...args) => {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

for (const folder of ['dist', 'build']) rmSync(join(root, folder), { recursive: true, force: true })
for (const project of emitting) run(...compiler, '-p', project)
run(bin('rollup', 'dist/bin/rollup'), '--config', '--silent')
for (const name of readdirSync(join(root, 'src/relay'), { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.sql')) continue
  mkdirSync(dirname(join(root, 'dist/relay', name)), { recursive: true })
  copyFileSync(join(root, 'src/relay', name), join(root, 'dist/relay', name))
}
const page = join(root, 'src/relay/operations/status/page')
const browser = join(root, 'dist/browser')
copyFileSync(join(page, 'icon.svg'), join(browser, 'pushferry-status.svg'))
// The page's own rules come last, so that they win over the library's.
const rules = [bin('uplot', 'dist/uPlot.min.css'), join(page, 'page.css')].map((file) => readFileSync(file, 'utf8'))
writeFileSync(join(browser, 'pushferry-status.css'), rules.join('\n'))
chmodSync(join(root, 'dist/cli/main.js'), 0o755)
for (const step of ['prune-types.mjs', 'integrity.mjs']) run(join(root, 'tools', step))
