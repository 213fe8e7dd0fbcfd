// npm run typecheck: checks the types of every project and emits nothing; as many projects run in parallel as there are cores.
// `--unbuilt` omits the projects that the build compiles, because it checks them too.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiler, emitting, others } from './projects.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const waiting = process.argv.includes('--unbuilt') ? [...others] : [...others, ...emitting]

/** @type {Set<string>} */
const printed = new Set()
/** Prints the messages of a project, except those that another project has printed already. @param {string} text */
const print = (text) => {
  // Lines that continue a message are indented.
  for (const message of text.split(/^(?=\S)/m))
    if (!printed.has(message)) {
      printed.add(message)
      process.stdout.write(message)
    }
}

const checkNext = async () => {
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
    const child = spawn(process.execPath, [...compiler, '-p', project, '--noEmit'], {
      cwd: root,
      // Piped, so that the messages of two projects do not mix.
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let out = ''
    child.stdout.on('data', (piece) => {
      out += piece
    })
    const [code] = await once(child, 'close')
    print(out)
    if (code !== 0) process.exitCode = 1
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, checkNext))
