import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { checkProbes } from '../../src/cli/check-probes.ts'
import { commands } from '../../src/cli/commands.ts'
import type { Io } from '../../src/cli/io.ts'
import { clevertap } from '../../src/import/vendors/clevertap.ts'
import type { Preset } from '../../src/import/vendors/preset.ts'
import { presets } from '../../src/import/vendors/presets.ts'
import { settings } from '../../src/relay/config/settings.ts'
import { platforms } from '../../src/wire/platform.ts'
import { relayProblems } from '../../src/wire/problem.ts'
import { tokenTypes } from '../../src/wire/record.ts'
import { read, root, sectionOf } from './markdown.ts'
import { identifiersIn, membersIn, stringsIn } from './typescript.ts'

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)

const recipes = sectionOf(read('CONTRIBUTING.md'), '## Recipes')
const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

describe('a token type is in every place that has a list of its own', () => {
  const native = tokenTypes.filter((type) => type !== 'chrome')
  const missingIn = (text: string, types: readonly string[]): string[] =>
    types.filter((type) => !new RegExp(`\\b${type}\\b`).test(text))
  const lists = {
    'README.md': read('README.md'),
    'docs/backend.md': sectionOf(read('docs/backend.md'), '## Token types'),
    'docs/import.md': read('docs/import.md'),
    'demo/sample.json': read('demo/sample.json'),
    'src/simulator/judge.ts': read('src/simulator/judge.ts'),
  }
  const nativeLists = {
    'demo/site/index.html': read('demo/site/index.html'),
    'demo/site/native-form.js': /const prefixes = .*/.exec(read('demo/site/native-form.js'))?.[0] ?? '',
    'tools/fuzz/values.mjs': /const nativeTypes = .*/.exec(read('tools/fuzz/values.mjs'))?.[0] ?? '',
  }

  it.each(Object.entries(lists))('each token type is named in %s', (_, text) => {
    expect(missingIn(text, tokenTypes)).toEqual([])
  })

  it.each(Object.entries(nativeLists))('each native token type is named in %s', (_, text) => {
    expect(missingIn(text, native)).toEqual([])
  })

  it('the form of the demo site makes IDs with the prefix of each native token type', () => {
    const pairs = native.map((type) => `${type}: '${platforms[type].prefix}'`)
    expect(pairs.filter((pair) => !nativeLists['demo/site/native-form.js'].includes(pair))).toEqual([])
  })

  it('the README says how many there are, and the refusal in docs/backend.md names them in their order', () => {
    const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
    expect(oneLine(lists['README.md'])).toContain(`with ${words[tokenTypes.length]} types`)
    expect(read('docs/backend.md')).toContain(`it is one of ${tokenTypes.join(', ')}, record number`)
  })

  it('the recipe of CONTRIBUTING.md links to each of these places', () => {
    const recipe = sectionOf(recipes, '### A token type')
    const files = [...Object.keys(lists), ...Object.keys(nativeLists), 'src/wire/platform.ts', 'src/wire/record.ts']
    expect(files.filter((file) => !recipe.includes(`](${file})`))).toEqual([])
  })

  it('the probes of pushferry check have one for each', () => {
    const names = checkProbes(tokenTypes, [], 'padded').map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([...tokenTypes]))
  })

  it.each(native)('a profile of a CleverTap Profile Export with the prefix of an ID for %s gives its token', (type) => {
    const profile = { clevertapId: `${platforms[type].prefix}a`, device: { token: 't' } }
    const [token] = clevertap.read(profile, 0)
    const exported = tokenTypes.find((one) => one === token?.values?.type)
    expect(exported && platforms[exported]).toBe(platforms[type])
  })
})

describe('a vendor preset is in every place that has a list of its own', () => {
  const folder = 'src/import/vendors'
  const names = readdirSync(join(root, folder))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((name) => !['preset', 'presets', 'recognise'].includes(name))
  const presetOf = async (name: string): Promise<Preset | undefined> => {
    const module: Record<string, unknown> = await import(`../../src/import/vendors/${name}.ts`)
    return presets.find((preset) => Object.values(module).includes(preset))
  }
  const testOf = (name: string): string => read(`test/import/vendors/${name}.test.ts`)
  const fixturesOf = (name: string): string[] =>
    [...testOf(name).matchAll(/fixture\('([^']+)'\)/g)].map(([, file = '']) => file)
  const fixtures = readdirSync(join(root, 'test/fixtures/exports')).filter((file) => file !== 'README.md')
  /** The name of a vendor as prose has it. */
  const shown = (vendor: string): string => vendor.replace(/ of your own$/, '').toLowerCase()

  it.each(names)('the preset is known to an import, and its test reads an export of its own: %s', async (name) => {
    expect(await presetOf(name)).toBeDefined()
    const others = names.filter((other) => other !== name).flatMap(fixturesOf)
    const own = fixturesOf(name).filter((file) => !others.includes(file))
    expect(own.filter((file) => fixtures.includes(file)).length).toBeGreaterThan(0)
  })

  it('each export in test/fixtures is in the README there, and is read by the test of a preset', () => {
    const list = read('test/fixtures/exports/README.md')
    const [stem, used] = [(file: string) => file.replace(/\.csv$/, ''), names.flatMap(fixturesOf)]
    expect(fixtures.filter((file) => !list.includes(`\`${stem(file)}`) || !used.includes(file))).toEqual([])
  })

  it.each(names)('the test of a preset renames a member, takes one away, and has a dead row: %s', async (name) => {
    const test = testOf(name)
    expect(test).toContain(`this looks like ${(await presetOf(name))?.name}`)
    expect(test, 'a row that is rejected with 532, 533, 535 or malformed').toMatch(/rejected: \{ (53[235]|malformed)/)
    expect(test, 'a row that is skipped').toMatch(/skipped: \{ ('opted out'|dead)/)
  })

  it('the rejected rows of each are imported again, but for a preset whose rows name their CleverTap ID', () => {
    const again = read('test/import/vendors/again.test.ts')
    const missing = names.filter((name) => !fixturesOf(name).some((file) => again.includes(`['${file}', `)))
    expect(missing).toEqual(['push-subscription'])
  })

  it.each(names)('the preset has a guide in docs/import.md, with its command, and is in the help: %s', async (name) => {
    const vendor = (await presetOf(name))?.vendor ?? ''
    const guides = sectionOf(read('docs/import.md'), '## 7. From another vendor')
    expect(sectionOf(guides, `### ${vendor}`)).toMatch(/^ *pushferry import /m)
    const [introduction = ''] = read('docs/import.md').split('## 2.')
    for (const text of [read('src/cli/import.ts'), introduction])
      expect(oneLine(text).toLowerCase()).toContain(shown(vendor))
  })
})

describe('a setting', () => {
  const scopes = { account: 'src/relay/config/account.ts', process: 'src/relay/config/load.ts' }

  it.each(Object.entries(settings))('is read where settings of its scope are read: %s', (name, { scope }) => {
    expect(read(scopes[scope])).toContain(`'${name}'`)
  })

  it('has an effect: each member of the configuration is used outside of src/relay/config', () => {
    const files = ['src/relay', 'src/cli'].flatMap(sourcesIn).filter((file) => !file.startsWith('src/relay/config/'))
    const used = new Set(files.flatMap((file) => [...identifiersIn(read(file))]))
    const members = ['Config', 'AccountConfig'].flatMap((name) => membersIn('src/relay/config/types.ts', name))
    expect(members.length).toBeGreaterThan(30)
    expect(members.filter((name) => !used.has(name))).toEqual([])
  })
})

it('each problem code is answered somewhere in the relay', () => {
  const sources = sourcesIn('src/relay').filter((file) => !file.startsWith('src/relay/http/openapi/'))
  const strings = new Set(sources.flatMap((file) => [...stringsIn(read(file))]))
  expect(Object.keys(relayProblems).filter((code) => !strings.has(code))).toEqual([])
})

describe('a command', () => {
  it('is loaded from the file of its name', () => {
    const table = read('src/cli/commands.ts')
    expect(commands.filter(({ name }) => !table.includes(`import('./${name}.ts')`))).toEqual([])
  })

  it('is called in the test of its name, but for relay, which test/faults and test/e2e run as a process', () => {
    const isCalled = (name: string): boolean => {
      const file = `test/cli/${name}.test.ts`
      return existsSync(join(root, file)) && stringsIn(read(file)).has(name)
    }
    expect(commands.map(({ name }) => name).filter((name) => !isCalled(name))).toEqual(['relay'])
  })

  it('that has CleverTap IDs as arguments says so, because those of iPhones begin with a dash', async () => {
    const argumentsOf = (command: Command): string[] => [
      ...command.registeredArguments.map((argument) => `${argument.name()}: ${argument.description}`),
      ...command.commands.flatMap(argumentsOf),
    ]
    const io: Io = {
      stdin: Readable.from([]),
      stdout: { write: () => {} },
      stderr: { write: () => {} },
      env: {},
      setEnv: () => {},
      interruption: () => new AbortController().signal,
    }
    const takers: string[] = []
    for (const { name, load } of commands) {
      const command = new Command(name)
      ;(await load())(command, io, () => {})
      if (argumentsOf(command).some((argument) => /ids?:|CleverTap ID/i.test(argument))) takers.push(name)
    }
    expect(takers).toEqual(commands.filter(({ takesObjectIds }) => takesObjectIds).map(({ name }) => name))
  })
})

it('each recipe of CONTRIBUTING.md names tests that there are', () => {
  const sections = recipes.split(/^### /m).slice(1)
  expect(sections.length).toBeGreaterThan(5)
  const named = sections.map((section) => [...section.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file))
  expect(named.filter((files) => files.length === 0)).toEqual([])
  expect(named.flat().filter((file) => !existsSync(join(root, file)))).toEqual([])
})
