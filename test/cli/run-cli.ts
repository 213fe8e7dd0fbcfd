import { Readable } from 'node:stream'
import type { CommandEntry } from '../../src/cli/commands.ts'
import type { Io } from '../../src/cli/io.ts'
import { run } from '../../src/cli/run.ts'

/** A command line run in this process. */
export interface Ran {
  code: Promise<number>
  /** The output so far. */
  out: () => string
  err: () => string
  interrupt: () => void
  /** Settles when stdout contains this. */
  printed: (text: string | RegExp) => Promise<void>
  /** Settles when stderr contains this. */
  complained: (text: string | RegExp) => Promise<void>
}

export interface RunOptions {
  env?: Record<string, string>
  stdin?: string | Readable
  /** Whether standard input is a terminal. */
  stdinIsTTY?: true
  commands?: readonly CommandEntry[]
}

/** Starts a command line with its own input, output, environment and Ctrl-C. */
export const start = (argv: readonly string[], options: RunOptions = {}): Ran => {
  const { stdin = '', commands, stdinIsTTY } = options
  const env: Record<string, string | undefined> = { ...options.env }
  let out = ''
  let err = ''
  const watchers = new Set<() => void>()
  const interruption = new AbortController()
  const io: Io = {
    stdin: Object.assign(typeof stdin === 'string' ? Readable.from([stdin]) : stdin, { isTTY: stdinIsTTY === true }),
    stdout: {
      write: (text) => {
        out += text
        for (const look of watchers) look()
      },
    },
    stderr: {
      write: (text) => {
        err += text
        for (const look of watchers) look()
      },
    },
    env,
    setEnv: (values) => void Object.assign(env, values),
    interruption: () => interruption.signal,
  }
  const shows = (written: () => string, text: string | RegExp): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (typeof text === 'string' ? !written().includes(text) : !text.test(written())) return
        watchers.delete(look)
        resolve()
      }
      watchers.add(look)
      look()
    })
  return {
    code: run(argv, io, commands),
    out: () => out,
    err: () => err,
    interrupt: () => interruption.abort(),
    printed: (text) => shows(() => out, text),
    complained: (text) => shows(() => err, text),
  }
}

/** Runs a command line to its end. */
export const runCli = async (
  argv: readonly string[],
  options: RunOptions = {},
): Promise<{ code: number; out: string; err: string }> => {
  const ran = start(argv, options)
  const code = await ran.code
  return { code, out: ran.out(), err: ran.err() }
}
