import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from '../support/temporary-folder.ts'

const script = fileURLToPath(new URL('../../demo/start.mjs', import.meta.url))

/** How `npm start` ended. */
export interface Ended {
  code: number | null
  out: string
  err: string
}

/** `npm start`, up and running. */
export interface RunningDemo {
  /** The demo site's origin. */
  readonly site: string
  readonly relay: string
  /** Everything that it has printed. */
  readonly out: string
  stop(signal: NodeJS.Signals): Promise<Ended>
}

/** The demo's folder; each test makes its own. */
export interface DemoFolder {
  path: string
  /** Ends every process that was started in it, and deletes it. */
  remove(): void
}

const running = new Map<string, Set<() => void>>()

export const makeDemoFolder = (): DemoFolder => {
  const folder = temporaryFolder()
  running.set(folder.path, new Set())
  return {
    path: folder.path,
    remove: () => {
      for (const kill of running.get(folder.path) ?? []) kill()
      folder.remove()
    },
  }
}

/** Starts the process on free ports. */
const launch = (folder: DemoFolder, env: Readonly<Record<string, string>>, argv: readonly string[] = []) => {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(CLEVERTAP|PUSHFERRY|DEMO)_/.test(name))
  const child = spawn(process.execPath, [script, ...argv], {
    env: {
      ...Object.fromEntries(inherited),
      DEMO_BUILD: '0', // npm test has built
      DEMO_FOLDER: folder.path,
      DEMO_PORT: '0',
      PUSHFERRY_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.get(folder.path)?.add(() => child.kill('SIGKILL'))
  const printed = { out: '', err: '' }
  child.stdout.on('data', (piece) => {
    printed.out += piece
  })
  child.stderr.on('data', (piece) => {
    printed.err += piece
  })
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...printed })))
  return { child, printed, ended }
}

/** Starts the demo and waits for its end, for starts that must fail. */
export const failToStart = (
  folder: DemoFolder,
  env: Readonly<Record<string, string>>,
  argv: readonly string[] = [],
): Promise<Ended> => launch(folder, env, argv).ended

const addressOf = (name: string, out: string): string => new RegExp(`^  ${name} +(\\S+)`, 'm').exec(out)?.[1] ?? ''

/** Starts the demo, and settles when it says that it is ready. */
export const startDemo = async (
  folder: DemoFolder,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningDemo> => {
  const { child, printed, ended } = launch(folder, env)
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (printed.out.includes('Ctrl-C stops everything')) resolve()
    })
  })
  const failed = ended.then(({ code, out, err }) => {
    throw new Error(`npm start ended with ${code}: ${out}${err}`)
  })
  await Promise.race([ready, failed])
  failed.catch(() => {}) // from now on the test ends the demo
  return {
    site: addressOf('demo site', printed.out),
    relay: addressOf('relay', printed.out),
    get out() {
      return printed.out
    },
    stop: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}
