/**
 * Ends a command with one line on stderr and no stack trace: exit code 1 when something failed, 2 when it was called or
 * configured wrongly.
 */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: 1 | 2

  /** The message is one line that says what was wrong and what is allowed or to be done. It holds no secret. */
  constructor(message: string, exitCode: 1 | 2, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
