import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The absolute path of a built file, such as `dist/cli/main.js`. Throws if it is missing. */
export const builtFile = (name: string): string => {
  const path = join(root, name)
  if (!existsSync(path)) throw new Error(`${name} is missing: run npm run build first`)
  return path
}
