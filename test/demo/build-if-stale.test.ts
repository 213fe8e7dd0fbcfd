import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { importDemo } from './import-demo.ts'

const { whyBuild, buildIfStale } = await importDemo<{
  whyBuild(root: string): string | undefined
  buildIfStale(root: string, say: (line: string) => void, isAllowed: boolean): Promise<void>
}>('server/build-if-stale.mjs')

const products = [
  'dist/relay/index.js',
  'dist/simulator/index.js',
  'dist/browser/pushferry.min.js',
  'dist/browser/pushferry-sw.min.js',
]

let root: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  root = temporaryFolder()
})
afterEach(() => root.remove())

/** @param minute of its last change; of that it is told which file is the newer */
const put = (name: string, minute: number, text = ''): void => {
  mkdirSync(dirname(root.file(name)), { recursive: true })
  writeFileSync(root.file(name), text)
  const at = new Date(Date.UTC(2026, 0, 1, 0, minute))
  utimesSync(root.file(name), at, at)
}
const putAll = (minute: number): void => {
  for (const name of products) put(name, minute)
}

test('builds what is missing, even if it is one file', () => {
  put('src/a.ts', 1)
  expect(whyBuild(root.path)).toBe('missing')
  for (const name of products.slice(1)) put(name, 2)
  expect(whyBuild(root.path)).toBe('missing')
})

test('does not build what is newer than every source', () => {
  put('src/deep/down/a.ts', 1)
  put('sw/index.ts', 1)
  putAll(2)
  expect(whyBuild(root.path)).toBeUndefined()
})

test.each(['src/deep/down/b.ts', 'sw/attach.ts', 'rollup.config.mjs', 'tools/build.mjs', 'tsconfig.json'])(
  'builds when %s is newer',
  (name) => {
    put('src/a.ts', 1)
    putAll(2)
    put(name, 3)
    expect(whyBuild(root.path)).toBe('older than its sources')
  },
)

test('says so in one line, and shows what a failed build has printed', async () => {
  put('tools/build.mjs', 1, 'console.log("src/a.ts(1,1): error TS1"); process.exit(1)')
  const said: string[] = []
  await expect(buildIfStale(root.path, (line) => said.push(line), true)).rejects.toThrow(
    /^the build failed\n\nsrc\/a.ts\(1,1\): error TS1$/,
  )
  expect(said).toEqual(['Building, because dist is missing. This takes about ten seconds.'])
})

test('does not build when it may not, and says what to do where it must', async () => {
  const said: string[] = []
  const build = () => buildIfStale(root.path, (line) => said.push(line), false)
  await expect(build()).rejects.toThrow('dist is missing: npm run build makes it')
  putAll(1)
  put('src/a.ts', 2)
  await build()
  expect(said).toEqual([])
})
