import type { Io } from './io.ts'

/** Ends at once: what the second Ctrl-C, or a reader that has gone away, asks for. */
const interruptedExitCode = 130

/** The command's view of a real process. Nothing is listened to before it is asked for, but a closed pipe. */
export const createProcessIo = (host: NodeJS.Process): Io => {
  // `pushferry status | head` closes the pipe early; that is no error of the command.
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
