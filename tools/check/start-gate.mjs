import { spawn } from 'node:child_process'

const isWindows = process.platform === 'win32'

/**
 * Starts a gate. It buffers the gate's output until a listener is attached, then passes it on; `ended` settles when
 * the gate has ended and nothing that it started holds its output any more.
 *
 * @param {import('./run-gates.mjs').Gate} gate
 * @param {boolean} isColoured
 */
export const startGate = ({ name, command: [command, ...words] }, isColoured) => {
  const startedAt = performance.now()
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // It leads a process group of its own, so that it can be ended with all that it has started.
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
        // It has ended by itself.
      }
    },
  }
}
