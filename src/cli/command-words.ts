import type { CommandEntry } from './commands.ts'

/** The command that is called, or whose help is requested. The program itself has no option with a value. */
export const calledName = (argv: readonly string[]): string | undefined => {
  const words = argv.filter((word) => !word.startsWith('-'))
  return words[0] === 'help' ? words[1] : words[0]
}

/**
 * Moves arguments that look like an iPhone's CleverTap ID, which begins with a dash, behind `--`, so that they are not read
 * as options. Options of one letter, `-h` and `-V`, stay options.
 */
const objectIdsLast = (argv: readonly string[]): string[] => {
  if (argv.includes('--')) return [...argv]
  const isObjectId = (word: string): boolean => /^-[^-]./.test(word)
  return [...argv.filter((word) => !isObjectId(word)), '--', ...argv.filter(isObjectId)]
}

/**
 * The words to pass to commander. Commander would answer `help nonsense` and `nonsense --help` with the help of the whole
 * program; an unknown name should be an error.
 *
 * @param entry the command; `undefined` when no command has that name.
 */
export const commandWords = (argv: readonly string[], entry: CommandEntry | undefined): string[] => {
  const called = calledName(argv)
  if (called === undefined) return [...argv]
  if (entry === undefined) return [called]
  if (argv.find((word) => !word.startsWith('-')) === 'help') return [called, '--help']
  return entry.takesObjectIds ? objectIdsLast(argv) : [...argv]
}
