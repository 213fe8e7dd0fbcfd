import { ConfigError } from './error.ts'
import { isQuoted } from './kinds.ts'
import { whyUnreadable } from './read-text-file.ts'
import { isSettingName, type Setting, type SettingName, type SettingValue, settings } from './settings.ts'

/** One source of settings: the environment, or one account of the `PUSHFERRY_CONFIG` file. */
export interface Layer {
  /** Prefix of a name in an error message; empty for the environment. */
  where: string
  /** Values by name, including the names with `_FILE`. An empty string counts as not set. */
  values: ReadonlyMap<string, string>
}

/** Reads a file as a string. Throws when it cannot be read. */
export type ReadFile = (path: string) => string

const secretFiles = Object.entries(settings)
  .filter(([, { secret }]) => secret)
  .map(([name]) => `${name}_FILE`)

/** All names that may be set, including those of secret files. */
export const knownNames: readonly string[] = [...Object.keys(settings), ...secretFiles]

/** The setting of a name, with or without `_FILE`. */
export const settingNameOf = (name: string): SettingName | undefined => {
  if (isSettingName(name)) return name
  const base = name.replace(/_FILE$/, '')
  return secretFiles.includes(name) && isSettingName(base) ? base : undefined
}

const quoted = (shown: string): ConfigError =>
  new ConfigError(`${shown} is wrapped in quotes, which count as part of the value: remove them`)

const valueIn = (layer: Layer, name: SettingName, readFile: ReadFile): { value: string; shown: string } | undefined => {
  const value = layer.values.get(name)
  const file = layer.values.get(`${name}_FILE`)
  if (value && file) throw new ConfigError(`${layer.where}${name} and ${name}_FILE must not both be set`)
  if (value) return { value, shown: `${layer.where}${name}` }
  if (!file) return undefined
  const shown = `${layer.where}${name}_FILE`
  if (isQuoted(file)) throw quoted(shown)
  let content: string
  try {
    content = readFile(file).trim()
  } catch (error) {
    throw new ConfigError(`${shown} must name a file that can be read${whyUnreadable(error)}`)
  }
  if (content === '') throw new ConfigError(`${shown} must name a file that is not empty`)
  return { value: content, shown: `the file of ${shown}` }
}

/**
 * Reads a setting from the first layer that has it. Throws a ConfigError for a value that is not allowed, even in a layer whose
 * value is overridden.
 */
export const readSetting = <Name extends SettingName>(
  layers: readonly Layer[],
  name: Name,
  readFile: ReadFile,
): SettingValue<Name> => {
  // The table pairs each name with its own value type; the compiler cannot see that through an indexed access.
  const setting = settings[name] as Setting<SettingValue<Name>>
  const values: SettingValue<Name>[] = []
  for (const layer of layers) {
    const found = valueIn(layer, name, readFile)
    if (!found) continue
    if (isQuoted(found.value)) throw quoted(found.shown)
    const { kind } = setting
    const value = kind.read(found.value)
    if (value === undefined) {
      const hint = kind.hint?.(found.value)
      throw new ConfigError(`${found.shown} must be ${kind.allowed}${hint === undefined ? '' : `; ${hint}`}`)
    }
    values.push(value)
  }
  const [value = setting.defaultValue] = values
  return value
}
