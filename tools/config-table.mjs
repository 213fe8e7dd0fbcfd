// npm run config-table: writes the table of settings in docs/relay.md from src/relay/config/settings.ts, as built. A test
// fails when the two differ.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const file = join(root, 'docs/relay.md')
const [begin, end] = ['<!-- settings: npm run config-table -->\n', '<!-- /settings -->']

/** @typedef {{scope: string, kind: {allowed: string}, shownDefault: string | undefined, secret: boolean, doc: string}} Setting */

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('*.', '\\*.')

/**
 * @param {Readonly<Record<string, Setting>>} settings
 * @returns {string} a Markdown table with one row per setting
 */
export const configTable = (settings) =>
  [
    '| setting | default | what | allowed |',
    '| --- | --- | --- | --- |',
    ...Object.entries(settings).map(([name, { scope, kind, shownDefault, secret, doc }]) => {
      const marks = `${scope === 'account' ? ' ᵃ' : ''}${secret ? ' ˢ' : ''}`
      const shown = shownDefault === undefined ? '' : `\`${shownDefault}\``
      return `| \`${name}\`${marks} | ${shown} | ${cell(doc)} | ${cell(kind.allowed)} |`
    }),
    '',
  ].join('\n')

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { settings } = await import('../dist/relay/config/settings.js')
  const text = readFileSync(file, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${file} has no place for the table`)
  writeFileSync(file, `${text.slice(0, from)}${begin}\n${configTable(settings)}\n${text.slice(to)}`)
}
