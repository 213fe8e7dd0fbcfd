import { readFileSync } from 'node:fs'
import { CliError } from './cli-error.ts'

/*
 * Not `util.parseEnv`: it cuts an unquoted value at `#`, so that half a passcode is sent and refused far from the cause,
 * and it skips a line that it cannot read. Docker and systemd keep the `#`.
 */

const withoutQuotes = (value: string): string => /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value

/**
 * Reads the lines `NAME=value` of an environment file. Blank lines and lines that begin with `#` are skipped, `export`
 * in front of a name and quotes around a whole value are taken off.
 *
 * @param file how an error names it.
 * @throws CliError (exit code 2) for the first line that cannot be read. The message has its number, never its value.
 */
export const parseEnvFile = (text: string, file: string): ReadonlyMap<string, string> => {
  if (text.includes('\0')) throw new CliError(`${file} is not UTF-8. Save it as UTF-8 (PowerShell: -Encoding utf8)`, 2)
  const values = new Map<string, string>()
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
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
 * @throws CliError (exit code 2) when there is no such file or it cannot be read.
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
 * The values of a file that an environment does not have yet. The environment wins, also where it has the `_FILE` of a
 * name that the file sets, or the name of a `_FILE`. An empty variable counts as not set.
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
