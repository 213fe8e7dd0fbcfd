import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import webpack from 'webpack'
import { codeOf, read } from '../docs/markdown.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { installPacked, lend, root, run, succeed, write } from './packed.ts'

const project = temporaryFolder()
const node = process.execPath
/** Compiles a project. Four checkers, as TypeScript has them by itself, take half as much processor time again. */
const compile = (config: string) =>
  run(project.path, node, join(root, 'node_modules/typescript/bin/tsc'), '--checkers', '1', '-p', config)

/** Each entry, with what a stranger would name of it. */
const names = {
  pushferry: ['createPush', 'PushError'],
  'pushferry/sw': ['attachPushferry'],
  'pushferry/prompt': ['createPrompt'],
  'pushferry/clevertap-sdk': ['clevertapSdk'],
  'pushferry/relay': ['createRelay', 'ConfigError', 'RelayError'],
  'pushferry/ticket': ['signTicket'],
}

beforeAll(async () => {
  await installPacked(project.path, 'module')
})
// Some thousand files, on a disk that other tests keep busy.
afterAll(() => project.remove())

describe('the packed package in an empty project', () => {
  it('has been installed without compiling anything', () => {
    const files = readdirSync(join(project.path, 'node_modules'), { recursive: true, encoding: 'utf8' })
    expect(files.filter((name) => /(^|\/)(build\/(Release|Debug)|config\.gypi)/.test(name))).toEqual([])
  })

  it.each(Object.entries(names))('can be imported in bare Node, and nothing happens: %s', async (entry, exported) => {
    const script = `const module = await import(${JSON.stringify(entry)}); console.log(Object.keys(module).sort().join())`
    const { out, err, code } = await run(project.path, node, '--input-type=module', '--eval', script)
    expect({ out: out.trim().split(','), err, code }).toEqual({ out: [...exported].sort(), err: '', code: 0 })
  })

  it('makes a client and a prompt while a page is rendered on a server', async () => {
    const script = `
      import { createPush } from 'pushferry'
      import { createPrompt } from 'pushferry/prompt'
      const push = createPush({ relay: 'https://push.example.com' })
      createPrompt({ push })
      console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length)`
    const { out, err, code } = await run(project.path, node, '--input-type=module', '--eval', script)
    expect({ out: out.trim(), err, code }).toEqual({ out: '0', err: '', code: 0 })
  })

  it.each(Object.entries(names))('can be required by CommonJS: %s', async (entry, exported) => {
    const script = `const { ${exported} } = require(${JSON.stringify(entry)}); console.log(${exported.map((name) => `typeof ${name}`)})`
    const { out, code } = await run(project.path, node, '--input-type=commonjs', '--eval', script)
    expect({ out: out.trim(), code }).toEqual({ out: exported.map(() => 'function').join(' '), code: 0 })
  })

  it('has the scripts, their hashes and its own package.json where a bundler or a server looks for them', async () => {
    for (const name of ['pushferry.min.js', 'pushferry-sw.min.js', 'pushferry-prompt.min.js', 'integrity.json'])
      await succeed(project.path, node, '--eval', `require('fs').readFileSync(require.resolve('pushferry/${name}'))`)
    const version = await succeed(
      project.path,
      node,
      '--eval',
      'process.stdout.write(require("pushferry/package.json").version)',
    )
    expect(version).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version)
  })

  it('has the command', async () => {
    expect(await succeed(project.path, 'npx', 'pushferry', '--help')).toContain('Usage: pushferry')
  })
})

describe('TypeScript in that project', () => {
  const page = `
    import { createPush, PushError, type Options, type State } from 'pushferry'
    import { createPrompt } from 'pushferry/prompt'
    import { clevertapSdk } from 'pushferry/clevertap-sdk'
    const fallback = clevertapSdk({ timeoutMs: 5000 })
    const options: Options = { relay: 'https://push.example.com', ticket: async (objectId) => objectId, fallback }
    const push = createPush(options)
    const off: () => void = push.onChange(({ state }) => { const known: State = state; console.log(known) })
    push.register().catch((error: unknown) => { if (error instanceof PushError && error.code === 'needs-install') off() })
    createPrompt({ push, title: 'Well?' }).show()
    // @ts-expect-error there is no such option
    createPush({ relay: '', relais: '' })
  `
  const worker = `
    import { attachPushferry, type WorkerOptions } from 'pushferry/sw'
    const options: WorkerOptions = { display: false, foreign: 'ignore' }
    attachPushferry(options)
  `
  const server = `
    import { createRelay, type Relay } from 'pushferry/relay'
    import { signTicket } from 'pushferry/ticket'
    const relay: Relay = createRelay({ env: {} })
    export const url: string = (await relay.start()).url
    export const ticket: string = await signTicket({ objectId: 'x', key: 'secret' })
    relay.server.inject('/healthz')
  `
  beforeAll(() => {
    lend(project.path, '@types/node', 'undici-types')
    write(project.path, { 'page.ts': page, 'worker.ts': worker, 'server.ts': server })
  })

  const options = { strict: true, noEmit: true, target: 'es2022', types: [] as string[] }
  const resolutions = [
    { module: 'esnext', moduleResolution: 'bundler' },
    { module: 'node16', moduleResolution: 'node16' },
    { module: 'nodenext', moduleResolution: 'nodenext' },
  ]
  it.each(['node16', 'nodenext'])('a CommonJS file finds every entry with module %s', async (module) => {
    // A CommonJS file has no `await` at its top.
    const wrapped = server.replace(/export const (\w+): string = /g, 'export const $1 = async (): Promise<string> => ')
    const sources = { 'page.cts': page, 'worker.cts': worker, 'server.cts': wrapped }
    write(project.path, sources)
    for (const { side, lib, types, skipLibCheck } of sides) {
      const file = `tsconfig.${side}.commonjs.${module}.json`
      const compilerOptions = { ...options, lib, types: types ?? [], skipLibCheck, module }
      write(project.path, { [file]: JSON.stringify({ compilerOptions, files: [`${side}.cts`] }) })
      expect(await compile(file)).toEqual({ code: 0, out: '', err: '' })
    }
  })
  const sides = [
    { side: 'page', lib: ['es2022', 'dom', 'dom.iterable'], skipLibCheck: false },
    { side: 'worker', lib: ['es2022', 'webworker'], skipLibCheck: false },
    // The types of Fastify's own dependencies need it.
    { side: 'server', lib: ['es2022'], types: ['node'], skipLibCheck: true },
  ]
  const cases = sides.flatMap(({ side, ...more }) =>
    resolutions.map((resolution) => ({ side, name: resolution.moduleResolution, more: { ...more, ...resolution } })),
  )
  it.each(cases)('$side: every entry has its types with moduleResolution $name', async ({ side, name, more }) => {
    const file = `tsconfig.${side}.${name}.json`
    write(project.path, {
      [file]: JSON.stringify({ compilerOptions: { ...options, ...more }, files: [`${side}.ts`] }),
    })
    expect(await compile(file)).toEqual({ code: 0, out: '', err: '' })
  })
})

describe('the TypeScript in the documents', () => {
  /** What the snippets take for granted of the page around them. */
  const around = `
    declare const button: HTMLButtonElement
    declare const orderPlaced: EventTarget
    declare const push: import('pushferry').Push
    declare const createPush: typeof import('pushferry').createPush
    declare const show: (status: import('pushferry').Status) => void
    declare const explain: (error: unknown) => void
    declare const explainBrave: () => void
    declare const clevertap: { getCleverTapID(): string | null; onUserLogin: { push(profile: object): void } }
    declare const user: { id: string }
    declare const router: { afterEach(work: () => void): void }
    declare const session: { isLoading: boolean; user: unknown; onChange(work: () => void): void }
  `
  const snippets = ['README.md', 'docs/client.md', 'docs/recipes.md', 'docs/worker.md'].flatMap((document) =>
    ['ts', 'tsx'].flatMap((language) =>
      codeOf(read(document), language).map((code, at) => {
        // A snippet that says what its file is called is imported by that name.
        const [, named] = /^\/\/ ([\w-]+\.tsx?)\n/.exec(code) ?? []
        return { file: named ?? `${document.replace(/\W/g, '-')}.${at}.${language}`, code }
      }),
    ),
  )

  it('fits the declarations of the packed package', async () => {
    expect(snippets.length).toBeGreaterThan(5)
    expect(snippets.map(({ file }) => file)).toContain('use-push.ts')
    lend(project.path, '@types/react', 'csstype')
    write(project.path, { 'snippets/around.d.ts': around })
    for (const { file, code } of snippets) write(project.path, { [`snippets/${file}`]: `${code}\nexport {}\n` })
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      module: 'esnext',
      moduleResolution: 'bundler',
      jsx: 'react-jsx',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
    }
    write(project.path, { 'snippets/tsconfig.json': JSON.stringify({ compilerOptions, include: ['.'] }) })
    expect(await compile('snippets')).toEqual({ code: 0, out: '', err: '' })
  })
})

describe('a front-end bundle', () => {
  /** What would show that the relay, one of its packages or something of Node has got in. */
  const foreign = /fastify|undici|passcode|prom-client|pino|sqlite|node:|require\(|process\.(env|versions)|__dirname/i
  const sources = {
    'src/index.js': `import { createPush } from 'pushferry'
      import { createPrompt } from 'pushferry/prompt'
      const push = createPush({ relay: 'https://push.example.com' })
      push.sync()
      document.body.onclick = () => createPrompt({ push }).show()`,
    'src/page.js': `import { createPush } from 'pushferry'
      createPush({ relay: 'https://push.example.com' }).sync()`,
    'src/worker.js': `import { attachPushferry } from 'pushferry/sw'
      attachPushferry()`,
    'src/nothing.js': `import 'pushferry'
      import 'pushferry/sw'
      import 'pushferry/prompt'
      import 'pushferry/clevertap-sdk'
      import 'pushferry/relay'
      import 'pushferry/ticket'`,
    'src/tag.js': `import 'pushferry/pushferry.min.js'`,
  }
  /** Gzip bytes that each may have: ours, and what a bundler wraps around. */
  const limits = { index: 7100, page: 5400, worker: 3050, nothing: 30, tag: 6300 }
  const entries = Object.keys(limits) as (keyof typeof limits)[]
  beforeAll(() => write(project.path, sources))

  const bundlers: Readonly<Record<string, () => Promise<unknown>>> = {
    vite: async () => {
      for (const entry of entries)
        await build({
          root: project.path,
          configFile: false,
          logLevel: 'error',
          build: {
            outDir: 'vite',
            emptyOutDir: false,
            modulePreload: false,
            rollupOptions: { input: join(project.path, `src/${entry}.js`), output: { entryFileNames: `${entry}.js` } },
            minify: true,
          },
        })
    },
    webpack: () =>
      new Promise((resolve, reject) => {
        const compiler = webpack({
          mode: 'production',
          context: project.path,
          entry: Object.fromEntries(entries.map((entry) => [entry, `./src/${entry}.js`])),
          output: { path: join(project.path, 'webpack'), filename: '[name].js' },
        })
        compiler?.run((error, stats) => {
          compiler.close(() => {})
          if (error ?? stats?.hasErrors()) reject(error ?? new Error(stats?.toString()))
          else resolve(stats)
        })
      }),
  }

  it.each(Object.keys(bundlers))(
    'of %s has nothing of the relay in it, and leaves out what is not used',
    async (name) => {
      await bundlers[name]?.()
      const sizes = new Map<string, number>()
      for (const entry of entries) {
        const file = join(project.path, name, `${entry}.js`)
        const code = existsSync(file) ? readFileSync(file, 'utf8') : ''
        expect(code.match(foreign)?.[0], `${name}: ${entry}`).toBeUndefined()
        sizes.set(entry, gzipSync(code, { level: 9 }).length)
      }
      console.log(name, 'gzip bytes:', Object.fromEntries(sizes))
      expect(readFileSync(join(project.path, name, 'page.js'), 'utf8')).not.toContain('setUpWebPushNotifications')
      for (const entry of entries) expect(sizes.get(entry), `${name}: ${entry}`).toBeLessThanOrEqual(limits[entry])
      expect(sizes.get('tag')).toBeGreaterThan(2500)
    },
  )
})
