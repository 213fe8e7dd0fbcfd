/** One gate: a program that ends with 0 when all is well. */
export interface Gate {
  name: string
  /** The program and its words, found as a shell would. */
  command: readonly [string, ...string[]]
  /** Gates that have to be green before this one begins. */
  after?: readonly string[]
}

/**
 * Runs gates side by side. What each of them says is written together when it has ended, or as it comes once it is the
 * last; at the end stands how long each took. The first red one ends the others, with all that they have started, and so
 * do SIGINT and SIGTERM, which also end this process.
 *
 * @returns 0, or the exit code of the first that was red (1 when a signal ended it); settles when nothing is left running
 */
export function runGates(
  gates: readonly Gate[],
  options: { atOnce: number; output?: { write(text: string): unknown; isTTY?: boolean } },
): Promise<number>
