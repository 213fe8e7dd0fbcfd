import { describe, expect, it, test } from 'vitest'
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

describe('an attribute that the script does not read', () => {
  const advice = (name: string) => checkTag(new Map([[name, 'x']]), { namesSdk: true }).map((one) => one.advice)

  it.each([
    ['data-objectid', 'data-object-id'],
    ['data-vapid', 'data-vapid-key'],
    ['data-service-woker', 'data-service-worker'],
    ['data-fallbacks', 'data-fallback'],
    ['data-auto-sync', undefined],
    ['data-cfasync', undefined],
    ['data-domain', undefined],
    ['data-state', undefined],
    ['data-n-head', undefined],
    ['data-id', undefined],
    ['async', undefined],
  ])('is named with the one that was meant, if it is similar to one of ours: %s is %s', (name, right) => {
    expect(advice(name)).toEqual(right === undefined ? [] : [`The attribute is ${right}.`])
  })
})
