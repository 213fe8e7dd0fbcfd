import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { succeed, write } from '../../package/packed.ts'
import { builtFile } from '../../support/built-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** Opens a store on each of two addresses, in a process that has loaded nothing else, and says when `pg` was loaded. */
const script = `
  import { createRequire } from 'node:module'
  const { openStore } = await import(process.argv[2])
  const isLoaded = () => Object.keys(createRequire(process.argv[2]).cache).some((path) => path.includes('/node_modules/pg/'))
  const sqlite = await openStore({ kind: 'sqlite', path: process.argv[3] }, {})
  await sqlite.probe()
  await sqlite.close()
  const afterSqlite = isLoaded()
  // Nobody listens at port 1; the driver is loaded before that is found out.
  const code = await openStore({ kind: 'postgres', url: 'postgres://127.0.0.1:1/nothing' }, {}).catch(({ code }) => code)
  console.log(JSON.stringify({ afterSqlite, code, afterPostgres: isLoaded() }))`

describe('the drivers', () => {
  it('are loaded only for the store that needs them', async () => {
    const folder = temporaryFolder()
    write(folder.path, { 'open.mjs': script })
    const built = pathToFileURL(builtFile('dist/relay/store/open.js')).href
    const said = await succeed(folder.path, process.execPath, 'open.mjs', built, folder.file('outbox.db'))
    folder.remove()
    expect(JSON.parse(said)).toEqual({ afterSqlite: false, code: 'unavailable', afterPostgres: true })
  })
})
