import { statSync } from 'node:fs'
import { isOfPlatform } from '../relay/config/platform-names.ts'
import { readTextFile } from '../relay/config/read-text-file.ts'
import { CliError } from './cli-error.ts'

/*
 * Not `util.parseEnv`, because it skips lines that it cannot read, and cuts an unquoted value at `#`: half a passcode would be
 * sent and refused. Docker and systemd keep the `#`.
 */

const withoutQuotes = (value: string): string => /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value

/**
 * Reads the lines `NAME=value` of an environment file. Skips blank lines and lines that begin with `#`. Removes `export`
 * before a name and quotes around a whole value.
 *
 * @param file the name of the file in an error message.
 * @throws CliError (exit code 2) for the first line that cannot be read. The message has the line's number, never its value.
 */
export const parseEnvFile = (text: string, file: string): ReadonlyMap<string, string> => {
  if (text.includes('\0')) throw new CliError(`${file} is not UTF-8. Save it as UTF-8 (PowerShell: -Encoding utf8)`, 2)
  const values = new Map<string, string>()
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    if (/^\s*(#|$)/.test(line)) continue
    const at = `${file}, line ${index + 1}`
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(line) ?? []
    if (name === undefined) throw new CliError(`${at} is not NAME=value. Correct it, or put # in front of it`, 2)
    if (values.has(name)) throw new CliError(`${at} sets ${name} a second time. Keep one of the two lines`, 2)
    values.set(name, withoutQuotes(value.trim()))
  }
  return values
}

/*
 * Node looks for `--env-file` in all arguments, also after the script, and reads the file before our code runs. It ignores the
 * values, but empties a pipe, applies NODE_OPTIONS, and ends the process when there is no file. Only `--` before the script
 * prevents this, and a shebang cannot contain it: `#!/usr/bin/env -S node --` does not start on Alpine, because BusyBox has no
 * `env -S`.
 */

/**
 * Reads an environment file from disk.
 *
 * @throws CliError (exit code 2) when the file does not exist or cannot be read, or is a pipe that Node has emptied.
 */
export const readEnvFile = (file: string): ReadonlyMap<string, string> => {
  let text: string
  try {
    text = readTextFile(file)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    const reason = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`
    throw new CliError(`--env-file: ${file} ${reason}. pushferry init writes one`, 2)
  }
  if (text === '' && statSync(file).isFIFO())
    throw new CliError(
      `--env-file: ${file} is a pipe that is empty. Node reads a pipe behind --env-file before Pushferry can: write -e instead`,
      2,
    )
  return parseEnvFile(text, file)
}

const apiNames: readonly string[] = ['CLEVERTAP_URL', 'CLEVERTAP_REGION']

/** All names of the same setting: with `_FILE` and without, and for CleverTap's API both URL and region. */
const namesakes = (name: string): readonly string[] => {
  const base = name.replace(/_FILE$/, '')
  return apiNames.includes(name) ? apiNames : [base, `${base}_FILE`]
}

/**
 * The values of a file that the environment does not set, by the same name or by another name for the same setting. An empty
 * variable counts as not set, and so does one that Kubernetes or Docker made, such as `PUSHFERRY_PORT=tcp://…`.
 */
export const missingFrom = (
  env: Readonly<Record<string, string | undefined>>,
  values: ReadonlyMap<string, string>,
): Record<string, string> => {
  const isSet = (name: string): boolean => {
    const value = env[name]?.trim() ?? ''
    return value !== '' && !isOfPlatform(name, value)
  }
  return Object.fromEntries([...values].filter(([name]) => !namesakes(name).some(isSet)))
}
