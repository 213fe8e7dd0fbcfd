import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Ends the process with code 1 and one line if the package is not built. */
export const requireBuild = () => {
  if (existsSync(fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)))) return
  console.error('dist/cli/main.js is missing: run npm run build first')
  process.exit(1)
}
