import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url))
/** Longest run of one process of a benchmark, in ms. */
const longestMs = 240_000

/** Runs a script of this folder to its end and reads the line of JSON that it prints. */
export const run = async (name, ...args) => {
  const { stdout } = await promisify(execFile)(process.execPath, [path(name), ...args.map(String)], {
    timeout: longestMs,
    maxBuffer: 16 * 1024 * 1024,
  })
  return JSON.parse(stdout)
}

/**
 * Starts a server of this folder as a separate process. `used` returns its CPU time so far and the bytes that it has written to files
 * (undefined if the system does not report them). `idle` waits until it has nothing left to do, because the relay applies records after
 * their acknowledgement.
 */
export const serve = async (name, ...args) => {
  const child = fork(path(name), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exited = once(child, 'exit')
  const first = once(child, 'message')
  const [{ url }] = await Promise.race([
    first,
    exited.then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
  ])
  const used = async () => {
    const answered = once(child, 'message')
    child.send('used')
    const [answer] = await answered
    return answer
  }
  return {
    url,
    used,
    idle: async () => {
      const end = performance.now() + longestMs
      for (let { cpuUs: spent } = await used(); performance.now() < end; ) {
        await sleep(250)
        const { cpuUs: now } = await used()
        if (now - spent < 10_000) return
        spent = now
      }
      throw new Error(`${name} does not come to rest`)
    },
    stop: async () => {
      if (child.connected) child.disconnect()
      await exited
    },
  }
}

/** Runs a server while `use` runs. */
export const serving = async (names, use) => {
  const servers = []
  try {
    for (const name of names) servers.push(await serve(name))
    return await use(servers)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}
