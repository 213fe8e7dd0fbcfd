import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkProbes } from '../../src/cli/check-probes.ts'
import { commands } from '../../src/cli/commands.ts'
import type { Preset } from '../../src/import/vendors/preset.ts'
import { presets } from '../../src/import/vendors/presets.ts'
import { settings } from '../../src/relay/config/settings.ts'
import { tokenTypes } from '../../src/wire/record.ts'
import { read, root, rowsOf, sectionOf } from './markdown.ts'

describe('a token type is in every place that has a list of its own', () => {
  const places = {
    'README.md': read('README.md'),
    'src/wire/decode.ts': read('src/wire/decode.ts'),
    'docs/backend.md': sectionOf(read('docs/backend.md'), '## Token types'),
    'docs/import.md': read('docs/import.md'),
    'demo/sample.json': read('demo/sample.json'),
    'src/simulator/judge.ts': read('src/simulator/judge.ts'),
  }

  it.each(Object.entries(places))('name each of them: %s', (_, text) => {
    expect(tokenTypes.filter((type) => !new RegExp(`\\b${type}\\b`).test(text))).toEqual([])
  })

  it('the form of the demo site names each native one', () => {
    const form = read('demo/site/index.html') + read('demo/site/native-form.js')
    const native = tokenTypes.filter((type) => type !== 'chrome')
    expect(native.filter((type) => !new RegExp(`\\b${type}\\b`).test(form))).toEqual([])
  })

  it('the recipe of CONTRIBUTING.md links to each of these places', () => {
    const recipe = read('CONTRIBUTING.md').match(/^\| a token type .*$/m)?.[0]
    const files = [...Object.keys(places), 'demo/site/index.html', 'demo/site/native-form.js']
    expect(files.filter((file) => !recipe?.includes(`](${file})`))).toEqual([])
  })

  it('the probes of pushferry check have one for each', () => {
    const names = checkProbes(tokenTypes, [], 'padded').map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([...tokenTypes]))
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
  const fixtures = read('test/fixtures/exports/README.md')
  const guides = sectionOf(read('docs/import.md'), '## 7. From another vendor')

  it.each(names)('is known to an import, and has a test that imports a fixture: %s', async (name) => {
    expect(await presetOf(name)).toBeDefined()
    const test = join(root, 'test/import/vendors', `${name}.test.ts`)
    expect(existsSync(test)).toBe(true)
    const used = [...readFileSync(test, 'utf8').matchAll(/fixture\('([^']+)'\)/g)].map(([, file = '']) => file)
    expect(used.length).toBeGreaterThan(0)
    for (const file of used) expect(fixtures).toContain(`\`${file.replace('.csv', '')}`)
  })

  it.each(names)('has a guide in docs/import.md, with its command, and is in the help: %s', async (name) => {
    const vendor = (await presetOf(name))?.vendor ?? ''
    const guide = sectionOf(guides, `### ${vendor}`)
    expect(guide).toMatch(/^ *pushferry import /m)
    expect(read('src/cli/import.ts').toLowerCase()).toContain(vendor.replace(/ of your own$/, '').toLowerCase())
    expect(read('docs/import.md').split('## 2.')[0]?.toLowerCase()).toContain(
      vendor.replace(/ of your own$/, '').toLowerCase(),
    )
  })
})

it('each setting is read by load.ts or account.ts', () => {
  const readers = read('src/relay/config/load.ts') + read('src/relay/config/account.ts')
  expect(Object.keys(settings).filter((name) => !readers.includes(`'${name}'`))).toEqual([])
})

it('each command has a test of its name, but for relay, which test/faults and test/e2e run as a process', () => {
  const untested = commands.filter(({ name }) => !existsSync(join(root, 'test/cli', `${name}.test.ts`)))
  expect(untested.map(({ name }) => name)).toEqual(['relay'])
})

it('the recipes of CONTRIBUTING.md name tests that there are', () => {
  const rows = rowsOf(sectionOf(read('CONTRIBUTING.md'), '## Recipes'))
  const named = rows.map(([, , gate = '']) => [...gate.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file))
  expect(named.filter((files) => files.length === 0)).toEqual([])
  expect(named.flat().filter((file) => !existsSync(join(root, file)))).toEqual([])
})
