import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { memoryParent } from '../../support/temporary-folder.ts'

export interface TempFolder {
  readonly path: string
  /** Deletes it with all in it; tries again while a dying browser still writes there. */
  remove(): void
}

/** What a browser's profile may take. */
const neededBytes = 2_000_000_000

/** In memory where there is room: a browser that starts and stops writes a new profile to the disk, and waits for it. */
export const createTempFolder = (): TempFolder => {
  const path = mkdtempSync(join(memoryParent(neededBytes), 'pushferry-e2e-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) }
}
