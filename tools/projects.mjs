// The TypeScript projects, each a folder with a tsconfig.json, and how they are compiled.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The projects that the build compiles and emits. */
export const emitting = ['src/relay', 'src/client', 'sw', 'src/relay/operations/status/page']

/** The projects that are only checked, the slowest first. */
export const others = ['test', 'src/wire', 'src/ticket', 'demo', 'demo/site', 'test/sw', 'test/browser']

/**
 * The compiler and its first arguments. One checker, because the default of four check shared files again each, and use half as
 * much CPU time again.
 */
export const compiler = [
  join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc'),
  '--checkers',
  '1',
]
