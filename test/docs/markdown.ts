import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const isOurs = (name: string): boolean => !name.startsWith('.') && !['node_modules', 'dist', 'build'].includes(name)

/** Every Markdown file of the repository, as a path from its root with slashes. */
export const markdownFiles = (folder = root): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return isOurs(entry.name) ? markdownFiles(path) : []
    return entry.name.endsWith('.md') ? [relative(root, path).split(sep).join('/')] : []
  })

/** The prose of a document: without its code. */
export const proseOf = (text: string): string =>
  text.replace(/^ *(```+)[\s\S]*?^ *\1$/gm, '').replace(/`[^`\n]*`/g, '``')

/** The anchors that GitHub makes of a document's headings. */
export const anchorsOf = (text: string): Set<string> => {
  const seen = new Map<string, number>()
  const headings = text.replace(/^ *(```+)[\s\S]*?^ *\1$/gm, '').matchAll(/^#{1,6} +(.+?) *$/gm)
  return new Set(
    [...headings].map(([, heading = '']) => {
      const anchor = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-')
      const before = seen.get(anchor)
      seen.set(anchor, (before ?? -1) + 1)
      return before === undefined ? anchor : `${anchor}-${before + 1}`
    }),
  )
}

/** The text under a heading, up to the next one of the same or a higher level. */
export const sectionOf = (text: string, heading: string): string => {
  const [hashes = ''] = heading.split(' ')
  const begin = text.indexOf(`\n${heading}\n`)
  if (begin < 0) throw new Error(`there is no ${heading}`)
  const rest = text.slice(begin + heading.length + 2)
  const end = rest.search(new RegExp(`^#{1,${hashes.length}} `, 'm'))
  return end < 0 ? rest : rest.slice(0, end)
}

/** The rows of all tables in a text, cell by cell, without header and delimiter rows. */
export const rowsOf = (text: string): string[][] => {
  const lines = text.split('\n').map((line) => line.trim())
  const isRuler = (line: string | undefined): boolean => /^\|[\s:|-]+\|$/.test(line ?? '')
  return lines
    .filter((line, at) => line.startsWith('|') && !isRuler(line) && !isRuler(lines[at + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
}

/** The words in backticks, in the first cell of each row. */
export const namesIn = (rows: readonly (readonly string[])[]): string[] =>
  rows.flatMap(([first = '']) => [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name))

/** The code of the fenced blocks in a language, including those indented in a list. */
export const codeOf = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map(
    ([, indent = '', code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  )
