import { expect, test } from 'vitest'
import { checkTag } from '../../../src/cli/doctor/check-tag.ts'
import { read, rowsOf, sectionOf } from '../../docs/markdown.ts'

test('knows each attribute that docs/client.md names, and its name without data-', () => {
  const rows = rowsOf(sectionOf(read('docs/client.md'), '## Script tag'))
  const attributes = rows.map(([name = '']) => name.replaceAll('`', '')).filter((name) => name.startsWith('data-'))
  expect(attributes.length).toBeGreaterThan(5)
  for (const name of attributes) {
    const wrong = name.replace('data-', '')
    const found = checkTag(new Map([[wrong, 'x']]), { namesSdk: true }).map((one) => one.advice)
    expect(found).toEqual([`The attribute is ${name}.`])
  }
})
