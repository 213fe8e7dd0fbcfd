// Part of the build: takes away the declarations of what nobody outside can import, which are nine of ten.
import { readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entries, reach, root } from './public-types.mjs'

const kept = new Set(entries().flatMap(({ types }) => [...reach(join(root, types))]))

for (const name of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
  const file = join(root, 'dist', name)
  if (!name.endsWith('.d.ts') || kept.has(file)) continue
  rmSync(file)
  for (let folder = dirname(file); readdirSync(folder).length === 0; folder = dirname(folder)) rmdirSync(folder)
}
