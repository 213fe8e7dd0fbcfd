import { readFileSync } from 'node:fs'
import { CliError } from './cli-error.ts'

/*
 * Not `util.parseEnv`, because that cuts an unquoted value at `#`, so that half a passcode would be sent and refused, and
 * skips lines that it cannot read. Docker and systemd keep the `#`.
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

/**
 * Reads an environment file from disk.
 *
 * @throws CliError (exit code 2) when the file does not exist or cannot be read.
 */
export const readEnvFile = (file: string): ReadonlyMap<string, string> => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    const reason = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`
    throw new CliError(`--env-file: ${file} ${reason}. pushferry init writes one`, 2)
  }
  return parseEnvFile(text, file)
}

/**
 * The values of a file that are not set in the environment. The environment also wins when it sets the `_FILE` variant of a
 * name in the file, or the plain name of a `_FILE`. An empty variable counts as not set.
 */
export const missingFrom = (
  env: Readonly<Record<string, string | undefined>>,
  values: ReadonlyMap<string, string>,
): Record<string, string> =>
  Object.fromEntries(
    [...values].filter(([name]) => {
      const base = name.replace(/_FILE$/, '')
      return ![base, `${base}_FILE`].some((one) => env[one]?.trim())
    }),
  )
