import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of a few megabytes that a test has for itself. */
export interface SmallDisk {
  readonly path: string
  file(name: string): string
  /** Takes every byte that is left but so many. */
  fill(leaving?: number): void
  /** Gives back what `fill` took. */
  free(): void
  /** Takes away the right to write, while no file is open, and gives it back. */
  freeze(): void
  thaw(): void
  unmount(): void
}

const run = (command: string, ...args: string[]): string | undefined => {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

/** Why this machine lets nobody mount one; undefined when it does. In CI that is a failure and not a reason. */
export const smallDiskTrouble = ((): string | undefined => {
  const path = mkdtempSync(join(tmpdir(), 'pushferry-disk-'))
  const trouble = run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path)
  if (trouble === undefined) run('umount', path)
  rmSync(path, { recursive: true, force: true })
  return trouble
})()

/** Mounts one. */
export const mountSmallDisk = (megabytes: number): SmallDisk => {
  const path = mkdtempSync(join(tmpdir(), 'pushferry-disk-'))
  const trouble = run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path)
  if (trouble !== undefined) throw new Error(`cannot mount a small disk: ${trouble}`)
  const filler = join(path, 'filler')
  const remount = (how: string): void => {
    const failed = run('mount', '-o', `remount,${how}`, path)
    if (failed !== undefined) throw new Error(failed)
  }
  return {
    path,
    file: (name) => join(path, name),
    fill: (leaving = 0) => {
      const { bavail, bsize } = statfsSync(path)
      const descriptor = openSync(filler, 'a')
      try {
        for (let left = bavail * bsize - leaving; left > 0; )
          left -= writeSync(descriptor, Buffer.alloc(Math.min(left, 65_536)))
        // Blocks that something else freed meanwhile, down to the last byte.
        while (leaving === 0) writeSync(descriptor, 'x')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(descriptor)
      }
    },
    free: () => rmSync(filler, { force: true }),
    freeze: () => remount('ro'),
    thaw: () => remount('rw'),
    unmount: () => {
      run('umount', '-l', path)
      rmSync(path, { recursive: true, force: true })
    },
  }
}
