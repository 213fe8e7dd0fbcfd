/** One gate: a program that ends with 0 when all is well. */
export interface Gate {
  name: string
  /** The program, found as a shell would find it, and its arguments. */
  command: readonly [string, ...string[]]
  /** Gates that have to be green before this one begins. */
  after?: readonly string[]
}

/**
 * Runs gates in parallel. Writes a gate's output when it has ended, or as it comes while it is the last one running, and at the
 * end the seconds of each. The first red gate, SIGINT and SIGTERM end all other gates with their child processes; the signals
 * also end this process.
 *
 * @returns 0, or the exit code of the first that was red (1 when a signal ended it); settles when nothing is left running
 */
export function runGates(
  gates: readonly Gate[],
  options: { atOnce: number; output?: { write(text: string): unknown; isTTY?: boolean } },
): Promise<number>
