import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of a test's own. `remove` deletes it with all that is in it. */
export const temporaryFolder = (): { path: string; file(name: string): string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'pushferry-test-'))
  return { path, file: (name) => join(path, name), remove: () => rmSync(path, { recursive: true, force: true }) }
}
