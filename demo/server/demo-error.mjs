/** The demo cannot start, for a reason that the person at the keyboard can change. The message says what to do. */
export class DemoError extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode] 1, or 2 where a setting is wrong
   */
  constructor(message, exitCode = 1) {
    super(message)
    this.name = 'DemoError'
    this.exitCode = exitCode
  }
}
