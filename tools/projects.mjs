// The TypeScript projects, each a folder with a tsconfig.json, and how they are compiled.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** What the build compiles and emits. */
export const emitting = ['src/relay', 'src/client', 'sw', 'src/relay/operations/status/page']

/** What is only checked, the longest first. */
export const others = ['test', 'src/wire', 'src/ticket', 'demo', 'demo/site', 'test/sw', 'test/browser']

/**
 * The compiler and its first words. One checker: the four that it has by itself each check what they share anew, for half as
 * much processor time again.
 */
export const compiler = [
  join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc'),
  '--checkers',
  '1',
]
