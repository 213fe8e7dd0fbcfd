// npm run dev: runs the demo, and rebuilds and restarts it at every change of a source. The page reloads itself when it sees that
// another run serves it.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const restMs = 200
/** @type {import('node:child_process').ChildProcess | undefined} */
let demo
/** @type {NodeJS.Timeout | undefined} */
let timer

const start = () => {
  // The demo builds stale files itself.
  demo = spawn(process.execPath, [join(root, 'demo/start.mjs')], {
    stdio: 'inherit',
    env: { ...process.env, DEMO_RELOAD: '1' },
  })
}
const restart = () => {
  const old = demo
  if (!old || old.exitCode !== null || old.signalCode !== null) return start()
  old.once('close', start)
  old.kill('SIGTERM')
}

for (const folder of ['src', 'sw', 'demo'])
  watch(join(root, folder), { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(restart, restMs)
  })
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    if (!demo || demo.exitCode !== null) process.exit()
    demo.removeAllListeners('close').once('close', () => process.exit())
    demo.kill('SIGTERM')
  })
start()
