import type { Readable } from 'node:stream'

/** What a command reads from and writes to. Everything that a command knows of its process comes through here. */
export interface Io {
  stdin: Readable & { readonly isTTY?: boolean }
  /** Results. */
  stdout: TextOutput
  /** What went wrong, and progress. */
  stderr: TextOutput
  env: Readonly<Record<string, string | undefined>>
  /** Sets variables of `env`, for this command and for the libraries that read the environment themselves. */
  setEnv(values: Readonly<Record<string, string>>): void
  /**
   * Aborts on Ctrl-C or SIGTERM. From the first time it is asked for, those no longer end the process by themselves:
   * the command has to end. A second Ctrl-C always does.
   */
  interruption(): AbortSignal
}

/** Where text goes. A terminal has `isTTY` and may tell its width. */
export interface TextOutput {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** 0: done. 1: not done, or found something wrong. 2: wrong usage or configuration; nothing was begun. */
export type ExitCode = 0 | 1 | 2
