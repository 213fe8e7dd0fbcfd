import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Which rooms a room may import from, besides itself. What is not listed is not allowed. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'src/wire': [],
  'src/ticket': ['src/wire'],
  'src/browser': ['src/wire'],
  'src/client': ['src/browser', 'src/wire'],
  'src/prompt': ['src/wire'],
  sw: ['src/browser', 'src/wire'],
  'src/simulator': ['src/relay', 'src/wire'],
  'src/relay': ['src/wire'],
  'src/import': ['src/relay', 'src/wire'],
  'src/cli': ['src/import', 'src/relay', 'src/simulator', 'src/wire'],
}
/** Packages that a browser room may import; a room that is not listed here may import what package.json names. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'src/wire': [],
  'src/ticket': [],
  'src/browser': ['idb-keyval'],
  'src/client': [],
  'src/prompt': [],
  sw: [],
}

const sourcesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
/** A file without its comments, in which an example may import and read what it likes. */
const codeOf = (file: string): string =>
  readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
const importsOf = (file: string): string[] =>
  [...codeOf(file).matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, name = '']) => name)
const roomOf = (file: string): string | undefined =>
  Object.keys(allowed).find((room) => file.startsWith(room + sep) || file.startsWith(`${room}/`))

/** What a file imports from outside its room, as `file -> what`. */
const trespasses = (room: string): string[] =>
  sourcesOf(room).flatMap((file) =>
    importsOf(file).flatMap((name) => {
      if (name.startsWith('.')) {
        const target = roomOf(relative(root, join(root, dirname(file), name)))
        const fine = target === room || (target !== undefined && allowed[room]?.includes(target))
        return fine ? [] : [`${file} -> ${name}`]
      }
      const mayImport = packages[room]
      return mayImport && !mayImport.includes(name) ? [`${file} -> ${name}`] : []
    }),
  )

describe('the import borders', () => {
  it.each(Object.keys(allowed))('%s imports only what it may', (room) => {
    expect(trespasses(room)).toEqual([])
  })

  it('names a store adapter nowhere but where stores are opened', () => {
    const namers = sourcesOf('src')
      .filter((file) => importsOf(file).some((name) => /(sqlite|postgres|memory)\/store\.ts$/.test(name)))
      .map((file) => file.split(sep).join('/'))
    expect(namers).toEqual(['src/relay/store/open.ts', 'src/relay/store/thread/worker.ts'])
  })

  it("names the charting library nowhere but in the status page's script, since no user installs it", () => {
    const namers = sourcesOf('src').filter((file) => importsOf(file).includes('uplot'))
    expect(namers.map((file) => file.split(sep).join('/'))).toEqual(['src/relay/operations/status/page/plot.ts'])
  })

  it('reads the environment only where configuration and processes begin', () => {
    const readers = sourcesOf('src').filter((file) => /process\.env|host\.env/.test(codeOf(file)))
    expect(readers.map((file) => file.split(sep).join('/')).sort()).toEqual([
      'src/cli/process-io.ts',
      'src/relay/relay.ts',
    ])
  })

  it('has an exception of no kind in types or lint rules', () => {
    const holes = [...sourcesOf('src'), ...sourcesOf('sw')].filter(
      (file) =>
        /@ts-ignore|@ts-expect-error|biome-ignore/.test(readFileSync(join(root, file), 'utf8')) ||
        /\bas any\b|: any\b/.test(codeOf(file)),
    )
    expect(holes).toEqual([])
  })
})

describe('the built browser files', () => {
  /** What would show that the server's part, or a sink that a strict policy forbids, has got into a browser's file. */
  const forbidden =
    /passcode|node:|require\(|process\.env|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/i
  const files = [
    ...['pushferry', 'pushferry-sw', 'pushferry-prompt'].flatMap((name) => [`${name}.js`, `${name}.min.js`]),
    'pushferry-clevertap-sdk.js',
    'pushferry-status.min.js',
  ]

  it.each(files)('%s holds nothing of the relay and no string sink', (name) => {
    const file = join(root, 'dist/browser', name)
    expect(existsSync(file), 'run npm run build first').toBe(true)
    expect(readFileSync(file, 'utf8').match(forbidden)?.[0]).toBeUndefined()
  })
})
