import { spawn } from 'node:child_process'

const isWindows = process.platform === 'win32'

/**
 * Starts a gate. Buffers the gate's output until a listener is attached, then passes it on. `ended` settles when the gate and all
 * processes that share its output have ended.
 *
 * @param {import('./run-gates.mjs').Gate} gate
 * @param {boolean} isColoured
 */
export const startGate = ({ name, command: [command, ...words] }, isColoured) => {
  const startedAt = performance.now()
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The gate leads a new process group, so that it can be ended together with all its child processes.
    detached: !isWindows,
    shell: isWindows,
    env: { ...process.env, ...(isColoured && { FORCE_COLOR: '1' }) },
  })
  /** @type {string[]} */
  const kept = []
  /** @type {(text: string) => unknown} */
  let tell = (text) => kept.push(text)
  const hear = (/** @type {string} */ text) => void tell(text)
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  child.once('error', (error) => hear(`${error.message}\n`))

  return {
    name,
    /** @type {Promise<{ code: number, ms: number }>} */
    ended: new Promise((resolve) => {
      child.once('close', (code) =>
        resolve({ code: code !== null && code >= 0 ? code : 1, ms: performance.now() - startedAt }),
      )
    }),
    /** @param {(text: string) => unknown} listener */
    listen: (listener) => {
      tell = listener
      for (const text of kept.splice(0)) tell(text)
    },
    /** @param {'SIGINT' | 'SIGTERM' | 'SIGKILL'} signal */
    end: (signal) => {
      try {
        if (isWindows) spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'])
        else if (child.pid !== undefined) process.kill(-child.pid, signal)
      } catch {
        // The process has ended already.
      }
    },
  }
}
