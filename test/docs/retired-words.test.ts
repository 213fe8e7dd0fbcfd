import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, root, rowsOf, sectionOf } from './markdown.ts'
import { identifiersIn } from './typescript.ts'

/**
 * Words that are retired from the names of files and identifiers, each with the folders that may still have it. The table in
 * docs/architecture.md says which word to use instead.
 */
const retired: Readonly<Record<string, readonly string[]>> = {
  arrival: [],
  beat: [],
  berth: [],
  chunk: ['src/import', 'src/relay/clevertap/exchange.ts', 'test'],
  company: [],
  draft: [],
  enter: [],
  gather: [],
  lane: [],
  manners: [],
  // Node's `highWaterMark`.
  mark: ['src/import/input.ts', 'src/relay/operations/status/feed.ts'],
  mend: [],
  // Playwright's `mouse.move`.
  move: ['test/e2e/status-charts.chromium.test.ts'],
  near: [],
  person: [],
  place: [],
  print: [],
  reap: [],
  room: [],
  settle: [],
  settler: [],
  standing: [],
}

const files = ['src', 'sw', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).split(sep).join('/')),
)

/** The words of a name, without the plural: `createJobQueues` gives `create job queue`. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .flatMap((word) => [word, word.replace(/s$/, '')])

/** The retired words in the name of a file and in its identifiers. */
const retiredIn = (file: string, source: string): string[] => {
  const words = new Set([file.replace(/\.ts$/, ''), ...identifiersIn(source)].flatMap(wordsOf))
  return Object.keys(retired).filter(
    (word) => words.has(word) && !retired[word]?.some((allowed) => file === allowed || file.startsWith(`${allowed}/`)),
  )
}

describe('the words of the glossary', () => {
  it('are used in the names of files and identifiers instead of the retired ones', () => {
    expect(files.length).toBeGreaterThan(200)
    const named = files.filter((file) => file !== 'test/docs/retired-words.test.ts')
    const found = named.flatMap((file) => retiredIn(file, read(file)).map((word) => `${file}: ${word}`))
    expect(found).toEqual([])
  })

  it('are the words of docs/architecture.md, but for those in parentheses, which are retired from prose only', () => {
    const documented = rowsOf(sectionOf(read('docs/architecture.md'), '## Terms'))
      .flatMap((row) => row.at(-1)?.split(',') ?? [])
      .map((word) => word.trim())
      .filter((word) => word !== '' && !word.startsWith('('))
    expect(documented.sort()).toEqual(Object.keys(retired))
  })
})

describe('the check of retired words', () => {
  it('finds them in file names, in types and in parts of names, and not in comments or strings', () => {
    expect(retiredIn('src/cli/near.ts', '')).toEqual(['near'])
    expect(retiredIn('src/cli/a.ts', 'interface NearSide {}\nconst roomLeft = 1')).toEqual(['near', 'room'])
    expect(retiredIn('src/cli/a.ts', "// near\nconst nearest = 'room'")).toEqual([])
  })
})
