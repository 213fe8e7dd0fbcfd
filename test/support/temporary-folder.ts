import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder {
  path: string
  file(name: string): string
  /** Deletes it with all that is in it. */
  remove(): void
}

const folderIn = (parent: string): TemporaryFolder => {
  const path = mkdtempSync(join(parent, 'pushferry-test-'))
  return { path, file: (name) => join(path, name), remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A folder of a test's own. */
export const temporaryFolder = (): TemporaryFolder => folderIn(tmpdir())

const memory = '/dev/shm'
const hasMemory = ((): boolean => {
  try {
    accessSync(memory, constants.W_OK)
    return true
  } catch {
    return false
  }
})()

/**
 * The same in memory, where Linux has a file system for that (in a container often of 64 MB only): for tests that commit
 * thousands of times, and in which nobody pulls the plug, so that they need not wait for the disk.
 */
export const memoryFolder = (): TemporaryFolder => folderIn(hasMemory ? memory : tmpdir())
