import type { Io } from './io.ts'

/** Ends the process at once, after a second Ctrl-C or when the output pipe is closed. */
const interruptedExitCode = 130

/** The `Io` of a real process. Adds signal listeners only when a command reads `interrupted`. */
export const createProcessIo = (host: NodeJS.Process): Io => {
  const onError = ({ code }: NodeJS.ErrnoException, isResult: boolean): void => {
    // `pushferry status | head` closes the pipe early, which is no error.
    if (code === 'EPIPE') host.exit(host.exitCode ?? 0)
    // Without its messages a command still does its work.
    if (!isResult) return
    const why = code === 'ENOSPC' ? 'the disk is full' : (code ?? 'unknown reason')
    host.stderr.write(`pushferry: standard output cannot be written: ${why}\n`)
    host.exit(1)
  }
  host.stdout.on('error', (error) => onError(error, true))
  host.stderr.on('error', (error) => onError(error, false))

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
