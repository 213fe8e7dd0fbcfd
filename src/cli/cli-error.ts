/**
 * Ends a command with one line on stderr, without a stack trace. Exit code 1: something failed; 2: wrong usage or
 * configuration.
 */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: 1 | 2

  /** The message is one line that names the fault and the fix or the allowed values. It contains no secret. */
  constructor(message: string, exitCode: 1 | 2, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
