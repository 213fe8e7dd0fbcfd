import type { Readable } from 'node:stream'

/** A command's access to its process: environment, input, output and signals. */
export interface Io {
  stdin: Readable & { readonly isTTY?: boolean }
  /** Results. */
  stdout: TextOutput
  /** Errors and progress. */
  stderr: TextOutput
  env: Readonly<Record<string, string | undefined>>
  /** Sets variables of `env`, for this command and for libraries that read the environment themselves. */
  setEnv(values: Readonly<Record<string, string>>): void
  /**
   * Aborts on Ctrl-C or SIGTERM. Once a command has called it, these signals no longer end the process by themselves; the
   * command must end. A second Ctrl-C always ends the process.
   */
  interruption(): AbortSignal
}

/** An output stream. A terminal has `isTTY`, and `columns` if its width is known. */
export interface TextOutput {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** 0: success. 1: failure, or a problem was found. 2: wrong usage or configuration; nothing was done. */
export type ExitCode = 0 | 1 | 2
