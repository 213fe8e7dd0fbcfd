import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = new URL('../../docs/security.md', import.meta.url)
const text = readFileSync(page, 'utf8')
const [, claimsPart = ''] =
  /\n## Attackers, and the protection against them\n(.*?)\n## Limits of the protection\n/s.exec(text) ?? []
/** Each claim is one item of a list. */
const claims = claimsPart
  .split(/\n(?=- )|\n\n|\n### .*/)
  .filter((part) => part.startsWith('- '))
  .map((claim) => claim.replace(/\s+/g, ' ').trim())

const link = /\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g
const linksOf = (claim: string): [title: string, file: string][] =>
  [...claim.matchAll(link)].map(([, title = '', file = '']) => [title, file])
const allLinks = claims.flatMap(linksOf)

/**
 * Whether a test of this title is declared: as the first argument of `it`, `test`, or what their `each` gives. A citation leaves
 * out the case that follows a colon.
 */
const declares = (source: string, title: string): boolean => {
  const literal = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?:\\b(?:it|test)|\\))\\(\\s*(['"\`])${literal}(?:: [^:]*%.*?)?\\1`).test(source)
}

describe('docs/security.md', () => {
  it('has claims, each with a test behind it', () => {
    expect(claims.length).toBeGreaterThan(30)
    expect(claims.filter((claim) => linksOf(claim).length === 0)).toEqual([])
  })

  it.each(allLinks)('names a test that is there: %s (%s)', (title, file) => {
    const source = new URL(file, page)
    expect(existsSync(source), `${file} is not there`).toBe(true)
    expect(declares(readFileSync(source, 'utf8'), title), `${file} has no test of this title`).toBe(true)
  })

  it('cites titles that can be read without their cases', () => {
    expect(allLinks.map(([title]) => title).filter((title) => title.includes('%'))).toEqual([])
  })

  it('links to nothing else that is not there', () => {
    const others = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
    expect(others.filter((target) => !/^https?:/.test(target) && !existsSync(new URL(target, page)))).toEqual([])
  })
})

describe('this test', () => {
  it('knows a title that is declared from one that only stands somewhere', () => {
    const source = `it('does this', …)\nit.each(rows)('does all: %s', …)\n// does that\nconst x = 'does more'`
    expect(['does this', 'does all'].map((title) => declares(source, title))).toEqual([true, true])
    expect(['does that', 'does more', 'does'].map((title) => declares(source, title))).toEqual([false, false, false])
  })
})
