// Finds the declaration files of an entry: its `types` file and all files of the package that this one imports.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** @returns {{name: string, types: string}[]} the entries that have types, as package.json names them */
export const entries = () => {
  /** @type {{exports: Record<string, string | {types?: {import: string}}>}} */
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.entries(exports).flatMap(([name, target]) =>
    typeof target === 'object' && target.types ? [{ name, types: target.types.import }] : [],
  )
}

/**
 * @param {string} text of a declaration file
 * @returns {string} the same without comments, because examples in them contain imports
 */
export const withoutComments = (text) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*\n/gm, '')

/**
 * @param {string} file a declaration file, absolute
 * @param {Set<string>} [seen]
 * @returns {Set<string>} that file and all files that it imports, directly or indirectly
 */
export const reach = (file, seen = new Set()) => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, name = ''] of withoutComments(readFileSync(file, 'utf8')).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g))
    reach(join(dirname(file), name.replace(/\.[jt]s$/, '.d.ts')), seen)
  return seen
}
