import type { CommandEntry } from './commands.ts'

/** The command that is called, or whose help is asked for. The program itself has no option that takes a value. */
export const calledName = (argv: readonly string[]): string | undefined => {
  const words = argv.filter((word) => !word.startsWith('-'))
  return words[0] === 'help' ? words[1] : words[0]
}

/**
 * The CleverTap ID of an iPhone begins with a dash. Puts what looks like one behind `--`, so that it is an argument;
 * options of one letter, `-h` and `-V`, stay what they are.
 */
const objectIdsLast = (argv: readonly string[]): string[] => {
  if (argv.includes('--')) return [...argv]
  const isObjectId = (word: string): boolean => /^-[^-]./.test(word)
  return [...argv.filter((word) => !isObjectId(word)), '--', ...argv.filter(isObjectId)]
}

/**
 * The words to give to commander, which would answer `help nonsense` and `nonsense --help` with the help of the whole
 * program: a name that is not known is better answered as such.
 *
 * @param entry the command that is called; `undefined` when there is none of that name.
 */
export const commandWords = (argv: readonly string[], entry: CommandEntry | undefined): string[] => {
  const called = calledName(argv)
  if (called === undefined) return [...argv]
  if (entry === undefined) return [called]
  if (argv.find((word) => !word.startsWith('-')) === 'help') return [called, '--help']
  return entry.takesObjectIds ? objectIdsLast(argv) : [...argv]
}
