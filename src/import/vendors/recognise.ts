import { listNames } from '../check-members.ts'
import { ImportError } from '../error.ts'
import { isMembers, type Members, memberAt } from '../members.ts'
import { areRejected } from '../rejects-writing.ts'
import type { Preset } from './preset.ts'
import { presets } from './presets.ts'

/** The names of the members at the level where a path ends, or where its last existing part is. */
const namesBeside = (records: readonly Members[], path: string): string => {
  let names = new Set(records.flatMap(Object.keys))
  let under: readonly unknown[] = records
  for (const name of path.split('.').slice(0, -1)) {
    under = under.filter(isMembers).flatMap((value) => value[name.replace(/\[\]$/, '')] ?? [])
    const inner = under.filter(isMembers).flatMap(Object.keys)
    if (inner.length > 0) names = new Set(inner)
  }
  return listNames(names)
}

/**
 * The vendor whose export an input is, by the paths that its records have; undefined when no preset matches.
 *
 * @throws ImportError (`usage`) that names the missing member of a recognised export. Files of rejected rows may lack any member.
 */
export const recognise = (
  format: 'csv' | 'json',
  has: (path: string) => boolean,
  records: readonly Members[],
): Preset | undefined => {
  const shows = (path: string): boolean => records.some((record) => (memberAt(record, path) ?? '') !== '')
  const preset = presets.find(({ formats, isOne }) => formats.includes(format) && isOne(has, shows))
  const missing = preset?.needed.find((path) => !path.split('|').some(has))
  if (!preset || missing === undefined || areRejected(records)) return preset
  const [path = ''] = missing.split('|')
  const what = format === 'csv' ? 'column' : 'member'
  throw new ImportError(
    'usage',
    `this looks like ${preset.name}, but has no ${what} ${missing.replaceAll('|', ' or ')} among ${namesBeside(records, path)}: ${preset.advice}; or name the token with --map id=${what.toUpperCase()}`,
  )
}
