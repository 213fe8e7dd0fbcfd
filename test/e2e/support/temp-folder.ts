import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempFolder {
  readonly path: string
  /** Deletes it with all in it; tries again while a dying browser still writes there. */
  remove(): void
}

export const createTempFolder = (): TempFolder => {
  const path = mkdtempSync(join(tmpdir(), 'pushferry-e2e-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }) }
}
