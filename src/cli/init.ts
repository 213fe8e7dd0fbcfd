import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadConfig, regions, type Setting, settings } from '../relay/config/index.ts'
import { CliError } from './cli-error.ts'
import type { DefineCommand } from './commands.ts'
import { createAsker } from './init-ask.ts'
import type { ExitCode, Io } from './io.ts'

interface InitOptions {
  accountId?: string
  passcodeFile?: string
  region?: string
  origins?: string
  vapidPublicKey?: string
  file: string
}

/** The settings that cannot be generated, with option and question. `instead`: a variable that can take the setting's place. */
const needed = [
  {
    name: 'CLEVERTAP_ACCOUNT_ID',
    option: '--account-id',
    key: 'accountId',
    text: 'CleverTap account id (Settings > Project)',
  },
  {
    name: 'CLEVERTAP_PASSCODE',
    instead: 'CLEVERTAP_PASSCODE_FILE',
    option: '--passcode-file',
    key: 'passcodeFile',
    text: 'Passcode of the account',
  },
  {
    name: 'CLEVERTAP_REGION',
    instead: 'CLEVERTAP_URL',
    option: '--region',
    key: 'region',
    text: `Region, the first word of the dashboard's address (${regions.join(' ')})`,
  },
  {
    name: 'PUSHFERRY_ORIGINS',
    option: '--origins',
    key: 'origins',
    text: 'Origins of your site, such as https://www.example.com; empty for native tokens only',
  },
  {
    name: 'PUSHFERRY_VAPID_PUBLIC_KEY',
    option: '--vapid-public-key',
    key: 'vapidPublicKey',
    text: "Public key of CleverTap's web push (Settings > Engage > Channels > Web Push); empty to set it later",
  },
] as const

/** The settings that may stay empty. */
const optional = new Set<string>(['PUSHFERRY_ORIGINS', 'PUSHFERRY_VAPID_PUBLIC_KEY'])

const refuse = (name: (typeof needed)[number]['name'], answer: string): string | undefined => {
  if (answer === '') return optional.has(name) ? undefined : 'must not be empty'
  // The table pairs each name with its own value type; here it only matters whether the value can be read.
  const { kind } = settings[name] as Setting<unknown>
  if (kind.read(answer) !== undefined) return undefined
  const hint = kind.hint?.(answer)
  return `must be ${kind.allowed}${hint === undefined ? '' : `; ${hint}`}`
}

/** Joins the lines of a list with commas: a variable may have one entry per line, but a value in the file is one line. */
const oneLine = (value: string): string => value.replace(/,?\s*\n\s*/g, ',')

/** Reads values from the options and the environment, and asks for the others on a terminal. */
const collect = async (options: InitOptions, io: Io): Promise<Map<string, string>> => {
  const values = new Map<string, string>()
  const open: (typeof needed)[number][] = []
  for (const one of needed) {
    const given = options[one.key]
    const value = given ?? io.env[one.name]?.trim()
    const other = given === undefined && 'instead' in one ? io.env[one.instead]?.trim() : undefined
    if (other && 'instead' in one) values.set(one.instead, other)
    if (given !== undefined && one.key === 'passcodeFile') values.set('CLEVERTAP_PASSCODE_FILE', given)
    else if (value) {
      const reason = refuse(one.name, value)
      if (reason !== undefined) throw new CliError(`${given === undefined ? one.name : one.option} ${reason}`, 2)
      values.set(one.name, oneLine(value))
    } else if (given === undefined && !other) open.push(one)
  }
  if (io.stdin.isTTY === true && open.length > 0) {
    const asker = createAsker(io)
    try {
      for (const { name, text } of open) {
        const question = { text, refuse: (answer: string) => refuse(name, answer) }
        values.set(name, await asker.ask(name === 'CLEVERTAP_PASSCODE' ? { ...question, isSecret: true } : question))
      }
    } finally {
      asker.close()
    }
    return values
  }
  const missing = open.filter(({ name }) => !optional.has(name))
  if (missing.length > 0)
    throw new CliError(
      `not a terminal, so give ${missing.map(({ option }) => option).join(', ')} (or ${missing.map(({ name }) => name).join(', ')} in the environment)`,
      2,
    )
  return values
}

/** Quotes a word of a command for a shell, if necessary. */
const shellWord = (word: string): string =>
  /^[\w./:@%+=,~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

const generate = (): string => randomBytes(24).toString('base64url')

const fileOf = (values: ReadonlyMap<string, string>): string => {
  const line = (name: string): string => {
    const value = values.get(name)
    return value ? `${name}=${value}` : `# ${name}=`
  }
  return `# Settings of Pushferry, one NAME=value a line. It holds secrets: keep it out of the repository.
${line('CLEVERTAP_ACCOUNT_ID')}
${line(values.has('CLEVERTAP_PASSCODE_FILE') ? 'CLEVERTAP_PASSCODE_FILE' : 'CLEVERTAP_PASSCODE')}
${line(values.has('CLEVERTAP_URL') ? 'CLEVERTAP_URL' : 'CLEVERTAP_REGION')}
# Sites whose browsers may register, comma-separated.
${line('PUSHFERRY_ORIGINS')}
# The public key of CleverTap's dashboard: Settings > Engage > Channels > Web Push.
${line('PUSHFERRY_VAPID_PUBLIC_KEY')}
# The key of your backend: X-CleverTap-Passcode or Authorization: Bearer.
${line('PUSHFERRY_API_KEYS')}
# Opens /status (any user name, this as password) and /metrics.
${line('PUSHFERRY_ADMIN_KEY')}
# Keeps registration keys valid with a new database.
${line('PUSHFERRY_SECRET')}
`
}

const init = async (options: InitOptions, io: Io): Promise<ExitCode> => {
  const { file } = options
  const taken = new CliError(`${file} exists, and init never overwrites a file. Choose another name with --file`, 2)
  if (existsSync(file)) throw taken
  const values = await collect(options, io)
  values.set('PUSHFERRY_API_KEYS', `backend:${generate()}`)
  values.set('PUSHFERRY_ADMIN_KEY', generate())
  values.set('PUSHFERRY_SECRET', generate())
  // The file must start a relay. A ConfigError names the wrong setting.
  loadConfig(Object.fromEntries(values))
  const passcodeFile = values.get('CLEVERTAP_PASSCODE_FILE')
  if (passcodeFile !== undefined) values.set('CLEVERTAP_PASSCODE_FILE', resolve(passcodeFile))
  try {
    writeFileSync(file, fileOf(values), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST') throw taken
    throw new CliError(`${file} cannot be written (${code}). Choose another place with --file`, 1, { cause: error })
  }
  const [site = 'https://www.example.com'] = values.get('PUSHFERRY_ORIGINS')?.split(',') ?? []
  const word = shellWord(file)
  io.stdout.write(`Wrote ${file}, readable by you alone. Next:
  npx pushferry check --env-file ${word}    # does CleverTap accept the account?
  npx pushferry relay --env-file ${word}    # run the relay
  npx pushferry doctor ${site || 'https://www.example.com'}    # once the tag is in your page: checks the site
`)
  return 0
}

/** `pushferry init`. */
export const defineInit: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      'Writes a file of settings for --env-file, with generated keys, which only you can read. Never overwrites a file that ' +
        'exists. On a terminal it asks for values that options and environment lack.',
    )
    .option('--account-id <id>', 'CleverTap account id')
    .option('--passcode-file <file>', "file that holds the account's passcode; the settings name it")
    .option('--region <region>', 'region of the account')
    .option('--origins <list>', 'origins whose pages may register, comma-separated')
    .option('--vapid-public-key <key>', "public key of CleverTap's web push")
    .option('--file <file>', 'file to write', 'pushferry.env')
    .addHelpText(
      'after',
      `
There is no option for the passcode itself: other users could read it in the list of processes.

Examples:
  $ pushferry init
  $ pushferry init --account-id ABC-123 --passcode-file /run/secrets/clevertap --region eu1 \\
      --origins https://www.example.com`,
    )
    .action(async (options: InitOptions) => exitWith(await init(options, io)))
}
