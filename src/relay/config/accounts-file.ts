import { ConfigError } from './error.ts'
import { nearest } from './nearest.ts'
import { settings } from './settings.ts'
import { knownNames, type Layer, settingNameOf } from './source.ts'

const accountNames = knownNames.filter((name) => {
  const known = settingNameOf(name)
  return known && settings[known].scope === 'account'
})

/** The camel-case form of a setting's name, common in JSON: `uploadTimeoutMs` for `PUSHFERRY_UPLOAD_TIMEOUT_MS`. */
const jsonName = (name: string): string =>
  name
    .replace(/^(PUSHFERRY|CLEVERTAP)_/, '')
    .toLowerCase()
    .replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const nameOf = new Map(accountNames.flatMap((name) => [[name, name] as const, [jsonName(name), name] as const]))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPlain = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number'

/**
 * Whether parsing may have changed the digits of a number, such as an account id that is written without quotes. Fractions are
 * allowed only in numeric settings.
 */
const losesDigits = (value: unknown, name: string): boolean => {
  if (Array.isArray(value)) return value.some((one) => losesDigits(one, name))
  if (typeof value !== 'number') return false
  const known = settingNameOf(name)
  const isNumeric = known !== undefined && typeof settings[known].defaultValue === 'number'
  return isNumeric ? !Number.isFinite(value) : !Number.isSafeInteger(value)
}

/** Converts a value of the file to the string that the environment would hold. */
const stringOf = (value: unknown): string | undefined => {
  if (Array.isArray(value)) return value.every(isPlain) ? value.join(',') : undefined
  return isPlain(value) ? String(value) : undefined
}

const readAccount = (account: unknown, at: number): Layer => {
  const where = `accounts[${at}] of PUSHFERRY_CONFIG: `
  if (!isObject(account)) throw new ConfigError(`${where}must be an object of settings`)
  const values = new Map<string, string>()
  for (const [member, value] of Object.entries(account)) {
    const name = nameOf.get(member)
    const shown = JSON.stringify(member.slice(0, 80))
    if (!name) {
      const meant = nearest(member, [...nameOf.keys()])
      throw new ConfigError(
        `${where}${shown} is not an account setting${meant ? `, did you mean ${meant}?` : ''}; allowed are ${accountNames.join(' ')}`,
      )
    }
    const setting = stringOf(value)
    if (setting === undefined) throw new ConfigError(`${where}${shown} must be a string, a number or a list of them`)
    if (Array.isArray(value) && value.some((one) => /[,\n]/.test(String(one))))
      throw new ConfigError(`${where}${shown} has an entry with a comma or a line break, which separate entries`)
    if (losesDigits(value, name))
      throw new ConfigError(`${where}${shown} has a number whose digits JSON does not keep: put it in quotes`)
    if (values.has(name)) throw new ConfigError(`${where}${name} must not be given twice`)
    values.set(name, setting)
  }
  return { where, values }
}

/**
 * Reads the content of a `PUSHFERRY_CONFIG` file, `{"accounts":[{…}]}`, into one layer of settings per account. The members
 * of an account have the names of the environment variables, or the same in camel case without the prefix.
 */
export const readAccountsFile = (json: string): readonly Layer[] => {
  let file: unknown
  try {
    file = JSON.parse(json)
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
