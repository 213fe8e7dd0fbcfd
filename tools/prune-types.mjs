// Part of the build: removes the declarations that users cannot import, about 90 % of them, and copies each of the others to
// `.d.cts`. The code needs no copy, because `require` loads ESM from Node 20.19 on, but TypeScript refuses ES declarations in a
// CommonJS file with `module` node16 and node18 (TS1479).
import { readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entries, reach, root } from './public-types.mjs'

const kept = new Set(entries().flatMap(({ types }) => [...reach(join(root, types))]))

for (const name of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
  const file = join(root, 'dist', name)
  if (!name.endsWith('.d.ts') || kept.has(file)) continue
  rmSync(file)
  for (let folder = dirname(file); readdirSync(folder).length === 0; folder = dirname(folder)) rmdirSync(folder)
}
for (const file of kept) {
  const commonJs = readFileSync(file, 'utf8').replace(/((?:from|import\()\s*'\.[^']+\.)([jt]s')/g, '$1c$2')
  writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), commonJs)
}
