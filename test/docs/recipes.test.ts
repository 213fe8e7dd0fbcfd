import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkProbes } from '../../src/cli/check-probes.ts'
import { tokenTypes } from '../../src/wire/record.ts'
import { read, root, rowsOf, sectionOf } from './markdown.ts'

describe('a token type is in every place that has a list of its own', () => {
  const places = {
    'README.md': read('README.md'),
    'docs/backend.md': sectionOf(read('docs/backend.md'), '## Token types'),
    'docs/import.md': read('docs/import.md'),
    'the demo sample': read('demo/sample.json'),
    'src/simulator/judge.ts': read('src/simulator/judge.ts'),
  }

  it.each(Object.entries(places))('%s names each of them', (_, text) => {
    expect(tokenTypes.filter((type) => !new RegExp(`\\b${type}\\b`).test(text))).toEqual([])
  })

  it('the form of the demo site names each native one', () => {
    const form = read('demo/site/index.html') + read('demo/site/native-form.js')
    const native = tokenTypes.filter((type) => type !== 'chrome')
    expect(native.filter((type) => !new RegExp(`\\b${type}\\b`).test(form))).toEqual([])
  })

  it('the probes of pushferry check have one for each', () => {
    const names = checkProbes(tokenTypes, [], 'padded').map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([...tokenTypes]))
  })
})

it('the recipes of CONTRIBUTING.md name tests that there are', () => {
  const rows = rowsOf(sectionOf(read('CONTRIBUTING.md'), '## Recipes'))
  const named = rows.map(([, , gate = '']) => [...gate.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file))
  expect(named.filter((files) => files.length === 0)).toEqual([])
  expect(named.flat().filter((file) => !existsSync(join(root, file)))).toEqual([])
})
