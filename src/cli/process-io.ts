import type { Io } from './io.ts'

/** The exit code after a second Ctrl-C, which ends the process at once. */
const interruptedExitCode = 130

/** The `Io` of a real process. Adds signal listeners only when a command calls `interruption`. */
export const createProcessIo = (host: NodeJS.Process): Io => {
  let interruption: AbortController | undefined
  host.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') {
      // `pushferry erase … | head` closes the pipe early. The command still finishes its work, so that its exit code is
      // correct. Only a command that runs until it is interrupted ends now.
      interruption?.abort()
      return
    }
    const why = code === 'ENOSPC' ? 'the disk is full' : (code ?? 'unknown reason')
    host.stderr.write(`pushferry: standard output cannot be written: ${why}\n`)
    host.exit(1)
  })
  // A command still does its work when its messages cannot be written.
  host.stderr.on('error', () => {})

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
