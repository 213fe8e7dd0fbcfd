import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A separate file system of a few megabytes for one test. */
export interface SmallDisk {
  readonly path: string
  file(name: string): string
  /** Uses up the free space, except this many bytes. */
  fill(leaving?: number): void
  /** Frees the space that `fill` used. */
  free(): void
  /** Makes the file system read-only, while no file is open; `thaw` makes it writable again. */
  freeze(): void
  thaw(): void
  unmount(): void
}

const run = (command: string, ...args: string[]): string | undefined => {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

/** Why this machine cannot mount such a file system; undefined when it can. In CI that is a failure, not a reason to skip. */
export const smallDiskTrouble = ((): string | undefined => {
  const path = mkdtempSync(join(tmpdir(), 'pushferry-disk-'))
  const trouble = run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path)
  if (trouble === undefined) run('umount', path)
  rmSync(path, { recursive: true, force: true })
  return trouble
})()

/** Mounts a small file system. */
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
        // Also fills blocks that were freed meanwhile, down to the last byte.
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
