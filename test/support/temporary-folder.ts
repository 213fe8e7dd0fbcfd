import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder {
  path: string
  file(name: string): string
  /** Deletes the folder with its content. */
  remove(): void
}

const folderIn = (parent: string): TemporaryFolder => {
  const path = mkdtempSync(join(parent, 'pushferry-test-'))
  return { path, file: (name) => join(path, name), remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** A new temporary folder for one test. */
export const temporaryFolder = (): TemporaryFolder => folderIn(tmpdir())

const memory = '/dev/shm'
const freeMemoryBytes = ((): number => {
  try {
    accessSync(memory, constants.W_OK)
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize
  } catch {
    return 0
  }
})()

/**
 * The file system in memory if Linux has one with this much space (a container often has 64 MB), else the system's folder for
 * temporary files. For tests that commit thousands of times and simulate no power cut: they need not wait for the disk.
 */
export const memoryParent = (neededBytes = 32_000_000): string => (freeMemoryBytes > neededBytes ? memory : tmpdir())

/** A new temporary folder in memory; see {@link memoryParent}. */
export const memoryFolder = (): TemporaryFolder => folderIn(memoryParent())
