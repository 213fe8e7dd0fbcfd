import { describe, expect, it } from 'vitest'
import { settings } from '../../src/relay/config/settings.ts'
import { read, rowsOf, sectionOf } from './markdown.ts'

/** The tool is plain JavaScript, checked by nobody; what is used of it is named here. */
interface ConfigTable {
  configTable(known: typeof settings): string
}

describe('the table of settings', () => {
  it('in docs/relay.md is the one that npm run config-table makes of the code', async () => {
    const { configTable }: ConfigTable = await import(new URL('../../tools/config-table.mjs', import.meta.url).href)
    const [documented = ''] = sectionOf(read('docs/relay.md'), '## Settings').split('### ')
    expect(rowsOf(documented)).toEqual(rowsOf(configTable(settings)))
  })

  it('has every setting, also of those that the README names', () => {
    const names = new Set(
      [...read('README.md').matchAll(/\b(?:PUSHFERRY|CLEVERTAP)_[A-Z_]*[A-Z]\b/g)].map(([name]) => name),
    )
    const unknown = [...names].filter((name) => !Object.hasOwn(settings, name.replace(/_FILE$/, '')))
    expect(unknown).toEqual([])
  })
})
