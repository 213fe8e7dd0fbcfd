import { ConfigError } from './error.ts'
import { nearest } from './nearest.ts'
import { settings } from './settings.ts'
import { knownNames, type Layer, settingNameOf } from './source.ts'

const accountNames = knownNames.filter((name) => {
  const known = settingNameOf(name)
  return known && settings[known].scope === 'account'
})

/** `uploadTimeoutMs` for `PUSHFERRY_UPLOAD_TIMEOUT_MS`: JSON files mostly use names like this one. */
const jsonName = (name: string): string =>
  name
    .replace(/^(PUSHFERRY|CLEVERTAP)_/, '')
    .toLowerCase()
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const nameOf = new Map(accountNames.flatMap((name) => [[name, name] as const, [jsonName(name), name] as const]))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'

/** A value of the file as the text that it would be in the environment. */
const textOf = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return value.every(isPlain) ? value.join(',') : undefined
  return isPlain(value) ? String(value) : undefined
}

const readAccount = (account: unknown, at: number): Layer => {
  const where = `accounts[${at}] of PUSHFERRY_CONFIG: `
  if (!isObject(account)) throw new ConfigError(`${where}must be an object of settings`)
  const texts = new Map<string, string>()
  for (const [member, value] of Object.entries(account)) {
    const name = nameOf.get(member)
    const shown = JSON.stringify(member.slice(0, 80))
    if (!name) {
      const meant = nearest(member, [...nameOf.keys()])
      throw new ConfigError(
        `${where}${shown} is no setting of an account${meant ? `, did you mean ${meant}?` : ''}; allowed are ${accountNames.join(' ')}`,
      )
    }
    const text = textOf(value)
    if (text === undefined) throw new ConfigError(`${where}${shown} must be a text, a number or a list of them`)
    if (texts.has(name)) throw new ConfigError(`${where}${name} must not be given twice`)
    texts.set(name, text)
  }
  return { where, texts }
}

/**
 * Reads the text of a `PUSHFERRY_CONFIG` file, `{"accounts":[{…}]}`, into one layer of settings for each account. The
 * members of an account are the names of the environment, or the same in lower camel case without their first word.
 */
export const readAccountsFile = (text: string): readonly Layer[] => {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    throw new ConfigError(
      'the file of PUSHFERRY_CONFIG must be JSON, {"accounts":[{…}]}; look for comments and for a comma before } or ]',
    )
  }
  const accounts = isObject(file) && Object.keys(file).join() === 'accounts' ? file.accounts : undefined
  if (!Array.isArray(accounts) || accounts.length === 0)
    throw new ConfigError('the file of PUSHFERRY_CONFIG must be {"accounts":[{…}]} with at least one account')
  return accounts.map(readAccount)
}
