// Part of the build: the hashes with which a page can pin the three scripts (w3.org/TR/SRI), printed and kept in
// dist/browser/integrity.json.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/browser')
const hashes = Object.fromEntries(
  ['pushferry.min.js', 'pushferry-sw.min.js', 'pushferry-prompt.min.js'].map((name) => [
    name,
    `sha384-${createHash('sha384')
      .update(readFileSync(join(folder, name)))
      .digest('base64')}`,
  ]),
)

writeFileSync(join(folder, 'integrity.json'), `${JSON.stringify(hashes, undefined, 2)}\n`)
// `npm pack --json` builds too, and other programs parse its output.
const print = process.env.npm_lifecycle_event === 'prepack' ? console.error : console.log
for (const [name, hash] of Object.entries(hashes)) print(`${name.padEnd(24)} ${hash}`)
