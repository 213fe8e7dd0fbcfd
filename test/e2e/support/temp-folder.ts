import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { memoryParent } from '../../support/temporary-folder.ts'

export interface TempFolder {
  readonly path: string
  /** Deletes the folder with its content; tries again while an ending browser still writes to it. */
  remove(): void
}

/** Space that a browser's profile may need. */
const neededBytes = 2_000_000_000

/** In memory if there is enough space, because a browser writes a new profile to the disk at its start and waits for it. */
export const createTempFolder = (): TempFolder => {
  const path = mkdtempSync(join(memoryParent(neededBytes), 'pushferry-e2e-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) }
}
