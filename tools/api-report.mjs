// npm run api: writes the declarations of each entry, without comments, into api/, so that a change of the public types changes a
// checked-in file. `--check` writes nothing, and fails when a file differs from the built declarations.
//
// Not API Extractor (7.60): it brings its own TypeScript 6.0 beside the 7.0 that builds this package, 43 packages and 41 MB, and
// needs one rolled-up declaration file per entry. This report only copies the built declarations without comments.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { entries, reach, root, withoutComments } from './public-types.mjs'
import { requireBuild } from './require-build.mjs'

requireBuild()
const folder = join(root, 'api')

/** @param {string} entry */
const reportOf = (entry, types = '') => {
  const files = [...reach(join(root, types))].map((file) => ({ file, name: relative(join(root, 'dist'), file) }))
  const sections = files.map(({ file, name }) => {
    const text = withoutComments(readFileSync(file, 'utf8')).replace(/^\s*\n/gm, '')
    return `// ${name.replace(/^types\//, '').replaceAll('\\', '/')}\n${text}`
  })
  return `What \`${entry.replace('.', 'pushferry')}\` declares. Made by npm run api.\n\n${sections.join('\n')}`
}

const reports = new Map(
  entries().map(({ name, types }) => [`${name.slice(2) || 'index'}.d.ts.txt`, reportOf(name, types)]),
)

if (process.argv.includes('--check')) {
  const there = existsSync(folder) ? readdirSync(folder) : []
  const wrong = [...new Set([...reports.keys(), ...there])].filter(
    (name) => !there.includes(name) || readFileSync(join(folder, name), 'utf8') !== reports.get(name),
  )
  for (const name of wrong) console.error(`api/${name} differs from the built types`)
  if (wrong.length > 0) console.error('If the change is intended, run npm run api and add a line to CHANGELOG.md.')
  process.exitCode = wrong.length > 0 ? 1 : 0
} else {
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of reports) writeFileSync(join(folder, name), text)
}
