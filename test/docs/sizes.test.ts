import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { builtFile } from '../support/built-file.ts'
import { read, rowsOf } from './markdown.ts'

const number = (text: string | undefined): number => Number(text?.replaceAll(',', ''))
const weigh = (name: string): number => gzipSync(readFileSync(builtFile(`dist/browser/${name}`)), { level: 9 }).length

describe('the sizes in docs/compared.md', () => {
  const rows = rowsOf(read('docs/compared.md')).filter((row) => row.length === 3)
  const [ours, ...others] = rows

  it('are ours as built, give or take twenty bytes, and under what the README’s first sentence promises', () => {
    expect(ours?.[0]).toBe('**Pushferry**')
    const [page, worker] = [weigh('pushferry.min.js'), weigh('pushferry-sw.min.js')]
    expect(Math.abs(number(ours?.[1]) - page)).toBeLessThanOrEqual(20)
    expect(Math.abs(number(ours?.[2]) - worker)).toBeLessThanOrEqual(20)
    expect(page + worker).toBeLessThanOrEqual(8400)
  })

  it('are the others’ as npm run size has them', () => {
    const tool = read('tools/size.mjs')
    expect(others.length).toBeGreaterThan(3)
    for (const [name, page, worker] of others) expect(tool, name).toContain(`${number(page)}, ${number(worker)}]`)
  })
})
