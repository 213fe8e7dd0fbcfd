import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { builtFile } from './support/built-file.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Which folders a folder may import from, besides itself. What is not listed is not allowed. */
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
/** The same for the folders of the relay. Its own files may import all of them; `steady-clock.ts` may be imported by all. */
const allowedInRelay: Readonly<Record<string, readonly string[]>> = {
  clevertap: ['config', 'store'],
  config: ['clevertap', 'intake', 'keys', 'tickets'],
  http: ['config', 'intake', 'keys', 'operations', 'store', 'tickets'],
  intake: ['config', 'store'],
  keys: ['config'],
  operations: ['clevertap', 'config', 'http', 'keys', 'store', 'store/rules', 'uploader'],
  store: ['config', 'store/migrations', 'store/postgres', 'store/sqlite'],
  'store/migrations': ['store'],
  'store/postgres': ['store', 'store/migrations', 'store/rules'],
  'store/rules': ['store'],
  'store/sqlite': ['store', 'store/migrations', 'store/rules'],
  tickets: ['intake'],
  uploader: ['clevertap', 'config', 'operations', 'store'],
}
/** Packages that a browser folder may import; a folder that is not listed here may import what package.json names. */
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
const folderOf = (file: string): string | undefined =>
  Object.keys(allowed).find((folder) => file.startsWith(folder + sep) || file.startsWith(`${folder}/`))

/** What a file imports from outside its folder, as `file -> what`. */
const trespasses = (folder: string): string[] =>
  sourcesOf(folder).flatMap((file) =>
    importsOf(file).flatMap((name) => {
      if (name.startsWith('.')) {
        const target = folderOf(relative(root, join(root, dirname(file), name)))
        const fine = target === folder || (target !== undefined && allowed[folder]?.includes(target))
        return fine ? [] : [`${file} -> ${name}`]
      }
      const mayImport = packages[folder]
      return mayImport && !mayImport.includes(name) ? [`${file} -> ${name}`] : []
    }),
  )

const relay = join('src', 'relay')
/** The folder of the relay that a file is in, the innermost that the table names; empty for a file of its own. */
const folderInRelay = (file: string): string => {
  const parts = relative(relay, dirname(file)).split(sep)
  const names = parts.map((_, at) => parts.slice(0, at + 1).join('/'))
  return names.findLast((name) => name in allowedInRelay) ?? parts[0] ?? ''
}
/** What a file of the relay imports from another of its folders and may not, as `file -> what`. */
const trespassesInRelay = (folder: string): string[] =>
  sourcesOf(relay)
    .filter((file) => folderInRelay(file) === folder)
    .flatMap((file) =>
      importsOf(file).flatMap((name) => {
        const target = join(dirname(file), name)
        if (!name.startsWith('.') || !target.startsWith(relay + sep)) return []
        const other = folderInRelay(target)
        const isFine = other === folder || target === join(relay, 'steady-clock.ts')
        return isFine || allowedInRelay[folder]?.includes(other) ? [] : [`${file} -> ${name}`]
      }),
    )

describe('the import borders', () => {
  it.each(Object.keys(allowedInRelay))('src/relay/%s imports only folders of the relay that it may', (folder) => {
    expect(trespassesInRelay(folder)).toEqual([])
  })

  it('know every folder of the relay', () => {
    const folders = new Set(sourcesOf(relay).map(folderInRelay))
    expect([...folders].filter((folder) => folder !== '' && !(folder in allowedInRelay))).toEqual([])
  })

  it.each(Object.keys(allowed))('import only what they may: %s', (folder) => {
    expect(trespasses(folder)).toEqual([])
  })

  it('names a store adapter nowhere but where stores are opened', () => {
    const namers = sourcesOf('src')
      .filter((file) => importsOf(file).some((name) => /(sqlite|postgres)\/store\.ts$/.test(name)))
      .map((file) => file.split(sep).join('/'))
    expect(namers).toEqual(['src/relay/store/open.ts'])
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

  it.each(files)('hold nothing of the relay and no string sink: %s', (name) => {
    expect(readFileSync(builtFile(`dist/browser/${name}`), 'utf8').match(forbidden)?.[0]).toBeUndefined()
  })
})
