/** The demo cannot start, for a reason that the user can fix. The message says what to do. */
export class DemoError extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode] 1, or 2 for a wrong setting
   */
  constructor(message, exitCode = 1) {
    super(message)
    this.name = 'DemoError'
    this.exitCode = exitCode
  }
}
