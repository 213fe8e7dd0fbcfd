import { CliError } from './cli-error.ts'

/** @throws CliError (exit code 2) when more than one of these file names is `-`, standard input. */
export const refuseSecondStdin = (names: readonly string[]): void => {
  if (names.filter((name) => name === '-').length > 1) throw new CliError('- is standard input and can be read once', 2)
}
