import type { Io } from './io.ts'

/** Ends the process at once, after a second Ctrl-C or when the output pipe is closed. */
const interruptedExitCode = 130

/** The `Io` of a real process. Adds signal listeners only when a command reads `interrupted`. */
export const createProcessIo = (host: NodeJS.Process): Io => {
  // `pushferry status | head` closes the pipe early, which is no error.
  for (const stream of [host.stdout, host.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      host.exit(host.exitCode ?? 0)
    })
  }

  let interruption: AbortController | undefined
  const listen = (): AbortController => {
    const controller = new AbortController()
    const onSignal = (): void => {
      if (controller.signal.aborted) host.exit(interruptedExitCode)
      controller.abort()
    }
    host.on('SIGINT', onSignal)
    host.on('SIGTERM', onSignal)
    return controller
  }

  return {
    get stdin() {
      return host.stdin
    },
    stdout: host.stdout,
    stderr: host.stderr,
    env: host.env,
    setEnv: (values) => void Object.assign(host.env, values),
    interruption: () => {
      interruption ??= listen()
      return interruption.signal
    },
  }
}
