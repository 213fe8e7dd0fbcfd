import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** How a program ended, with what it printed. */
export interface Ended {
  code: number | null
  out: string
  err: string
}

/** Runs a program to its end in a folder. */
export const run = (cwd: string, command: string, ...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended: Ended = { code: null, out: '', err: '' }
    child.stdout.on('data', (piece) => {
      ended.out += piece
    })
    child.stderr.on('data', (piece) => {
      ended.err += piece
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ ...ended, code }))
  })

/** Runs a program that must succeed, and resolves to its output. */
export const succeed = async (cwd: string, command: string, ...args: readonly string[]): Promise<string> => {
  const { code, out, err } = await run(cwd, command, ...args)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${out}\n${err}`)
  return out
}

/** Writes files by their paths in a folder. */
export const write = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/** Packs the tarball that would be published from the present `dist` into a folder, and returns its name. */
const pack = async (folder: string): Promise<string> => {
  await succeed(folder, 'npm', 'pack', '--ignore-scripts', '--pack-destination', folder, root)
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  return tarball
}

/** The package.json of an empty project. `type`: `module` or `commonjs`. */
const projectOf = (type: 'module' | 'commonjs') => ({
  'package.json': JSON.stringify({ name: 'stranger', private: true, type }),
})

/**
 * Makes an empty project in a folder and installs the tarball into it, as a user does: from the tarball alone, with npm's default
 * settings for install scripts.
 *
 * @returns what npm printed
 */
export const installPacked = async (folder: string, type: 'module' | 'commonjs'): Promise<string> => {
  const tarball = await pack(folder)
  write(folder, projectOf(type))
  return succeed(folder, 'npm', 'install', `./${tarball}`, '--prefer-offline', '--no-audit', '--no-fund')
}

/** Unpacks the tarball into an empty project without installing it, for tests of its content; links our own dependencies. */
export const unpackPacked = async (folder: string): Promise<void> => {
  const tarball = await pack(folder)
  write(folder, projectOf('module'))
  const unpacked = join(folder, 'node_modules/pushferry')
  mkdirSync(unpacked, { recursive: true })
  await succeed(folder, 'tar', '-xzf', tarball, '-C', unpacked, '--strip-components=1')
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as {
    dependencies: object
    optionalDependencies: object
  } // as ours has them
  lend(folder, ...Object.keys({ ...dependencies, ...optionalDependencies }))
}

/** Links packages of ours into a project, or this package as built, instead of installing them again. */
export const lend = (folder: string, ...names: readonly string[]): void => {
  for (const name of names) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(name === 'pushferry' ? root : join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
}
