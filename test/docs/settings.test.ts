import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/relay/config/load.ts'
import { settings } from '../../src/relay/config/settings.ts'
import { codeOf, read, rowsOf, sectionOf } from './markdown.ts'

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

  it('comes with a file of several accounts that the relay takes', () => {
    const [file = ''] = codeOf(sectionOf(read('docs/relay.md'), '### Several accounts'), 'json')
    const config = loadConfig({ PUSHFERRY_CONFIG: '/accounts.json' }, (path) =>
      path === '/accounts.json' ? file : 'a-secret-of-a-file',
    )
    expect(config.accounts.map(({ id }) => id)).toEqual(['AAA-AAA-AAAA', 'BBB-BBB-BBBB'])
    expect(config.warnings).toEqual([])
  })

  it('has every setting, also of those that the README names', () => {
    const names = new Set(
      [...read('README.md').matchAll(/\b(?:PUSHFERRY|CLEVERTAP)_[A-Z_]*[A-Z]\b/g)].map(([name]) => name),
    )
    const unknown = [...names].filter((name) => !Object.hasOwn(settings, name.replace(/_FILE$/, '')))
    expect(unknown).toEqual([])
  })
})
