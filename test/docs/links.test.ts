import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorsOf, markdownFiles, proseOf, read, root } from './markdown.ts'

const targetsOf = (text: string): string[] => [
  ...[...proseOf(text).matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target = '']) => target),
  ...[...proseOf(text).matchAll(/\b(?:src|href|srcset)="([^"]+)"/g)].map(([, target = '']) => target),
]

/** What a link leads to that is not there; links to other sites are theirs to keep. */
const brokenIn = (file: string): string[] =>
  targetsOf(read(file)).filter((target) => {
    if (/^[a-z]+:/.test(target)) return false
    const [path = '', anchor] = target.split('#')
    const to = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)))
    if (!existsSync(join(root, to))) return true
    return anchor !== undefined && to.endsWith('.md') && !anchorsOf(read(to)).has(anchor)
  })

describe('the links of the documents', () => {
  it.each(markdownFiles())('%s: lead to files and headings that there are', (file) => {
    expect(brokenIn(file)).toEqual([])
  })
})
