/**
 * Ends a command with one line on stderr, without a stack trace. Exit code 1: something failed; 2: wrong usage or
 * configuration.
 */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: 1 | 2

  /** The message is one line that says what is wrong and what is allowed or what to do. It contains no secret. */
  constructor(message: string, exitCode: 1 | 2, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
