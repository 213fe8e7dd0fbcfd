import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type TemporaryFolder, temporaryFolder } from '../support/temporary-folder.ts'

const tool = new URL('../../tools/postgres-server.mjs', import.meta.url).href
let folder: TemporaryFolder
beforeEach(() => {
  folder = temporaryFolder()
  chmodSync(folder.path, 0o777) // for root, the server runs as another account
})
afterEach(() => folder.remove())

it('a PostgreSQL server for tests goes, with its files, when the process that started it is killed', async () => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(tool)})
    await startPostgres(['-c', 'fsync=off'], ${JSON.stringify(folder.path)})
    console.log('started')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const ended = closed.then(([code]) => `ended with ${code}`)
  expect(await Promise.race([once(createInterface(child.stdout), 'line').then(([line]) => line), ended])).toBe(
    'started',
  )
  expect(readdirSync(folder.path)).toHaveLength(1)
  child.kill('SIGKILL')
  await closed
  await expect.poll(() => readdirSync(folder.path)).toEqual([])
})
