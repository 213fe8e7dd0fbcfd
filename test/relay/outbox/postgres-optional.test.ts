import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../../src/relay/outbox/open.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** What of a CommonJS package this process has loaded. Nothing else in this file may import pg. */
const loaded = (name: string): string[] =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes(`/node_modules/${name}/`))

describe('the drivers', () => {
  it('are loaded only for the store that needs them', async () => {
    const folder = temporaryFolder()
    const sqlite = await openStore({ kind: 'sqlite', path: folder.file('outbox.db') }, {})
    await sqlite.probe()
    await sqlite.close()
    folder.remove()
    expect(loaded('pg')).toEqual([])
    // Nobody listens at port 1; the driver is loaded before that is found out.
    const postgres = openStore({ kind: 'postgres', url: 'postgres://127.0.0.1:1/nothing' }, {})
    await expect(postgres).rejects.toMatchObject({ code: 'unavailable' })
    expect(loaded('pg')).not.toEqual([])
  })
})
