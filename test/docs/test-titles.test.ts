import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read, root } from './markdown.ts'
import { saysTooLittle, titlesIn } from './test-titles.ts'

const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('test', name))

describe('the titles of tests', () => {
  it('say by themselves what is tested, also those with a placeholder', () => {
    expect(files.length).toBeGreaterThan(100)
    const poor = files.flatMap((file) =>
      titlesIn(read(file))
        .filter(({ call, text }) => call !== 'describe' && saysTooLittle(text))
        .map(({ text }) => `${file}: ${text}`),
    )
    expect(poor).toEqual([])
  })

  it.each([
    ['%s is refused', true],
    ['%s', true],
    ['$name is not %j', true],
    ['refuses a ticket that is %s', false],
    ['is refused', false],
  ])('are judged by the words beside the placeholder: "%s" says too little: %s', (title, poor) => {
    expect(saysTooLittle(title)).toBe(poor)
  })

  it('are found in calls of it, test and describe, also behind each and skipIf, and nowhere else', () => {
    const source = `
      describe('a', () => { it('b', () => {}); test.each([1])('c', () => {}) })
      describe.skipIf(true)('d', () => expect('e').toBe(it('f', () => {})))
      // it('g')
      other('h')`
    expect(titlesIn(source).map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'f'])
  })
})
