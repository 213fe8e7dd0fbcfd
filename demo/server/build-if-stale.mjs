import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DemoError } from './demo-error.mjs'

/** The build's inputs, and one output of each build step. */
const sources = ['src', 'sw', 'tools/build.mjs', 'rollup.config.mjs', 'tsconfig.json']
const products = [
  'dist/relay/index.js',
  'dist/simulator/index.js',
  'dist/browser/pushferry.min.js',
  'dist/browser/pushferry-sw.min.js',
]

/**
 * @param {string} path a file, or a folder to search
 * @returns {number} the latest modification time in it, in ms since 1970
 */
const newest = (path) => {
  const about = statSync(path)
  if (!about.isDirectory()) return about.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))))
}

/**
 * @param {string} root the package's folder
 * @returns {'missing' | 'older than its sources' | undefined} what is wrong with `dist`; undefined: nothing
 */
export const whyBuild = (root) => {
  if (products.some((file) => !existsSync(join(root, file)))) return 'missing'
  const built = Math.min(...products.map((file) => statSync(join(root, file)).mtimeMs))
  const changed = sources.map((path) => join(root, path)).filter((path) => existsSync(path))
  return Math.max(0, ...changed.map(newest)) > built ? 'older than its sources' : undefined
}

/**
 * Runs `npm run build` if `dist` is missing or stale, and says so in one line.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {boolean} isAllowed whether to build; otherwise a stale `dist` is used
 * @throws {DemoError} the build fails (the message has its output), or a build is needed and not allowed
 */
export const buildIfStale = async (root, say, isAllowed) => {
  const why = whyBuild(root)
  if (!why) return
  if (!isAllowed) {
    if (why === 'missing') throw new DemoError('dist is missing: npm run build makes it')
    return
  }
  say(`Building, because dist is ${why}. This takes about ten seconds.`)
  const child = spawn(process.execPath, [join(root, 'tools/build.mjs')], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new DemoError(`the build failed\n\n${output.trim()}`)
}
