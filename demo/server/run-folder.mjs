import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** @param {number} pid */
const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Makes the folder of this run's store. Every run with the simulated CleverTap starts with an empty store, because the simulator starts
 * empty too, and an older store would not send its records again. Deletes folders of killed runs, but not those of other running ones.
 *
 * @param {string} folder the demo's own
 * @param {number} [pid]
 * @returns {{path: string, remove: () => void}}
 */
export const makeRunFolder = (folder, pid = process.pid) => {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) {
    const owner = Number(/^run-(\d+)$/.exec(name)?.[1])
    if (owner && (owner === pid || !isAlive(owner))) rmSync(join(folder, name), { recursive: true, force: true })
  }
  const path = join(folder, `run-${pid}`)
  mkdirSync(path, { mode: 0o700 })
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
