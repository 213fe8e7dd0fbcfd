import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/relay/config/load.ts'
import { settings } from '../../src/relay/config/settings.ts'
import { codeOf, markdownFiles, read, rowsOf, sectionOf } from './markdown.ts'

/** The tool is plain JavaScript, checked by nobody; what is used of it is named here. */
interface ConfigTable {
  configTable(known: typeof settings): string
}

const pages = markdownFiles().filter((file) => file.startsWith('docs/'))
/** Names of other programs and placeholders. Any other name must be a setting, so a typo is found. */
const others = [
  'ACCOUNT_ID',
  'CONNECTION_STRING',
  'ALL_PROXY',
  'DEMO_PORT',
  'HTTPS_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'NO_PROXY',
  'PUSHFERRY_SERVICE_HOST',
  'SESSION_SECRET',
  'SQLITE_TMPDIR',
  'WZRK_G',
]

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

  it.each(['README.md', 'CONTRIBUTING.md', ...pages])('has every setting that is named in %s', (file) => {
    const names = new Set([...read(file).matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name))
    const unknown = [...names].filter((name) => !Object.hasOwn(settings, name.replace(/_FILE$/, '')))
    expect(unknown.filter((name) => !others.includes(name))).toEqual([])
  })
})
