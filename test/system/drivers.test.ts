import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const sqlite = ['node:sqlite', '@photostructure/sqlite']

/** Makes Node say that it has none of these packages, as in an installation without them. */
const without = (packages: readonly string[]): string => {
  const hook = `const missing = ${JSON.stringify(packages)}
    export const resolve = (name, context, next) => {
      if (missing.includes(name)) throw new Error('Cannot find package ' + name)
      return next(name, context)
    }`
  const url = `data:text/javascript,${encodeURIComponent(hook)}`
  return `data:text/javascript,${encodeURIComponent(`import { register } from 'node:module'; register(${JSON.stringify(url)})`)}`
}

describe('an installation without a driver', () => {
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    accessSync(main) // npm run build makes it
    folder = temporaryFolder()
  })
  afterEach(() => folder.remove())

  /** Runs the built command, up to its end or to its first line of the log. */
  const run = async (command: string, packages: readonly string[], store: string) => {
    const child = spawn(process.execPath, ['--import', without(packages), main, command], {
      cwd: folder.path,
      env: {
        PATH: process.env.PATH,
        CLEVERTAP_ACCOUNT_ID: 'ACC',
        CLEVERTAP_PASSCODE: 'a-passcode',
        PUSHFERRY_API_KEYS: 'k:key-of-the-backend-1234567890',
        PUSHFERRY_PORT: '0',
        PUSHFERRY_STORE: store,
      },
    })
    let out = ''
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    child.stdout.on('data', (text) => {
      const wasListening = out.includes('"event":"listening"')
      out += text
      if (!wasListening && out.includes('"event":"listening"')) child.kill('SIGTERM')
    })
    const [code] = await once(child, 'close')
    return { code, out, err }
  }

  // Nobody listens at port 1: the driver is loaded before that is found out.
  const postgres = 'postgres://127.0.0.1:1/nothing'

  it.each(['relay', 'status'])(
    '%s on PostgreSQL says in one line which package to install, and ends with 2',
    async (command) => {
      const { code, err } = await run(command, ['pg'], postgres)
      expect({ code, err }).toEqual({
        code: 2,
        err: 'pushferry: a store on PostgreSQL needs the package pg: npm install pg\n',
      })
    },
  )
  it('relay on SQLite says in one line which package to install, and ends with 2', async () => {
    const { code, err } = await run('relay', sqlite, 'sqlite:outbox.db')
    expect({ code, err }).toEqual({
      code: 2,
      err: 'pushferry: this Node has no SQLite, or one that is too old: install the package @photostructure/sqlite, or use Node 22.20, 24.8 or newer\n',
    })
  })
  it.each([
    ['SQLite needs no pg', ['pg'], 'sqlite:outbox.db'],
    ['PostgreSQL needs no SQLite', sqlite, postgres],
  ])("starts without the other store's driver: a relay on %s", async (_, packages, store) => {
    const { code, out, err } = await run('relay', packages, store)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('"event":"listening"')
  })
})
