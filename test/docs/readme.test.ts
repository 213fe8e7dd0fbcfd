import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { markdownFiles, read, rowsOf } from './markdown.ts'

describe('the README', () => {
  const readme = read('README.md')

  it('has at most 150 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(150)
  })

  it('says what is not proved before it says how to install', () => {
    expect(readme.indexOf('not with CleverTap')).toBeLessThan(readme.indexOf('npm install'))
    expect(readme.indexOf('not with CleverTap')).toBeGreaterThan(0)
  })

  it('leads to every page in docs', () => {
    const pages = markdownFiles().filter((file) => file.startsWith('docs/'))
    expect(pages.filter((page) => !readme.includes(`(${page}`))).toEqual([])
  })
})

it('docs/commands.md has every command with its summary, in the order of --help', () => {
  const rows = rowsOf(read('docs/commands.md')).map(([command, does]) => [command, does])
  expect(rows).toEqual(commands.map(({ name, summary }) => [`\`pushferry ${name}\``, summary]))
})
