import { Argument, Command } from 'commander'
import { type CommandEntry, commands, type DefineCommand } from './commands.ts'
import type { ExitCode, Io } from './io.ts'

/** The words that can follow a command: its sub-commands, and the options of all of them. */
interface Completion {
  name: string
  summary: string
  words: readonly string[]
}

const longOptions = (command: Command): string[] =>
  command.options.map(({ long }) => long).filter((long) => typeof long === 'string')

const complete = async ({ name, summary, load }: CommandEntry, io: Io): Promise<Completion> => {
  const command = new Command(name)
  const define = await load()
  define(command, io, () => {})
  const below = command.commands.flatMap((one) => [one.name(), ...longOptions(one)])
  return { name, summary, words: [...new Set([...below, ...longOptions(command), '--env-file', '--help'])] }
}

const bash = (all: readonly Completion[]): string => `_pushferry() {
  local words
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${all.map(({ name }) => name).join(' ')} help --help --version'
  else
    case "\${COMP_WORDS[1]}" in
${all.map(({ name, words }) => `      ${name}) words='${words.join(' ')}' ;;`).join('\n')}
      help) words='${all.map(({ name }) => name).join(' ')}' ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _pushferry pushferry
`

const fishString = (value: string): string => `'${value.replaceAll("'", "\\'")}'`

const fish = (all: readonly Completion[]): string => {
  const lines = all.flatMap(({ name, summary, words }) => [
    `complete -c pushferry -n __fish_use_subcommand -a ${name} -d ${fishString(summary)}`,
    ...words.map((word) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
      return `complete -c pushferry -n '__fish_seen_subcommand_from ${name}' ${what}`
    }),
  ])
  return `${lines.join('\n')}\n`
}

const shells: Readonly<Record<string, (all: readonly Completion[]) => string>> = {
  bash,
  zsh: (all) => `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(all)}`,
  fish,
}

/** Prints the completion script of a shell. Loads every command and runs none. */
const completion = async (shell: string, io: Io): Promise<ExitCode> => {
  const all = await Promise.all(commands.map((entry) => complete(entry, io)))
  io.stdout.write(shells[shell]?.(all) ?? '')
  return 0
}

/** `pushferry completion`. */
export const defineCompletion: DefineCommand = (command, io, exitWith) => {
  command
    .description('Prints a script that makes a shell complete commands and options.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `
Examples:
  $ pushferry completion bash >> ~/.bashrc
  $ pushferry completion zsh >> ~/.zshrc
  $ pushferry completion fish > ~/.config/fish/completions/pushferry.fish`,
    )
    .action(async (shell: string) => exitWith(await completion(shell, io)))
}
