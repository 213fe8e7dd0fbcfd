import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import webPush from 'web-push'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { importDemo } from './import-demo.ts'

type VapidKeys = ReturnType<typeof webPush.generateVAPIDKeys>
const { keepVapidKeys } = await importDemo<{ keepVapidKeys(folder: string, make: () => VapidKeys): VapidKeys }>(
  'server/vapid.mjs',
)
const { makeRunFolder } = await importDemo<{
  makeRunFolder(folder: string, pid?: number): { path: string; remove(): void }
}>('server/run-folder.mjs')

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

describe('the VAPID pair', () => {
  test('is made once, for this user alone to read, and kept', () => {
    const inside = join(folder.path, 'new')
    const first = keepVapidKeys(inside, webPush.generateVAPIDKeys)
    expect(statSync(join(inside, 'vapid.json')).mode & 0o777).toBe(0o600)
    expect(keepVapidKeys(inside, webPush.generateVAPIDKeys)).toEqual(first)
  })

  test.each(['', '{', '{}', 'null', '{"publicKey":"AAAA","privateKey":"AAAA"}', '{"publicKey":1,"privateKey":2}'])(
    'is made anew where the file holds %j',
    (text) => {
      writeFileSync(folder.file('vapid.json'), text)
      const made = keepVapidKeys(folder.path, webPush.generateVAPIDKeys)
      expect(Buffer.from(made.publicKey, 'base64url')).toHaveLength(65)
      expect(keepVapidKeys(folder.path, webPush.generateVAPIDKeys)).toEqual(made)
    },
  )
})

describe('the folder of a run', () => {
  /** Above every limit that Linux knows, so nobody's. */
  const dead = 2 ** 22 + 1

  test('is empty at the start, also where a process of the same number has died', () => {
    mkdirSync(folder.file(`run-${process.pid}`))
    writeFileSync(join(folder.file(`run-${process.pid}`), 'pushferry.db'), 'old')
    const { path, remove } = makeRunFolder(folder.path)
    expect(readdirSync(path)).toEqual([])
    remove()
    expect(existsSync(path)).toBe(false)
  })

  test('takes those of the dead with it, and leaves those of the living and everything else alone', () => {
    for (const name of [`run-${dead}`, `run-${process.ppid}`, 'run-x']) mkdirSync(folder.file(name))
    writeFileSync(folder.file('vapid.json'), '')
    makeRunFolder(folder.path, dead + 1)
    expect(readdirSync(folder.path).sort()).toEqual(
      [`run-${process.ppid}`, `run-${dead + 1}`, 'run-x', 'vapid.json'].sort(),
    )
  })
})
