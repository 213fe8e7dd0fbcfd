import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { account, complete, refused, startStore } from './store.ts'

it('removes the rows of these people, and every trace of them, and leaves the others', async () => {
  const { run, store, path } = await startStore()
  await complete(store, 'person-to-erase', refused(535))
  await complete(store, 'person-to-keep', refused(535))
  const erased = await run(['erase', 'person-to-erase', 'person-unknown'])
  expect(erased).toEqual({
    code: 0,
    out: 'person-to-erase  erased\nperson-unknown  not found\n',
    err: 'pushferry: for those that were not found: IDs are compared exactly, with case and prefix (__, -, ~)\n',
  })
  expect(await store.find(account, 'person-to-erase')).toBeUndefined()
  expect(await store.find(account, 'person-to-keep')).toMatchObject({ state: 'rejected' })
  await store.close()
  const file = readFileSync(path, 'latin1')
  expect(file).not.toContain('person-to-erase')
  expect(file).toContain('token-of-person-to-keep')
})

it('takes an ID that begins with a dash, as those of iOS do', async () => {
  const { run, store } = await startStore()
  await complete(store, '-ios', { kind: 'accepted' })
  expect(await run(['erase', '-ios', '--json'])).toMatchObject({ code: 0 })
  expect(await store.find(account, '-ios')).toBeUndefined()
})

it('makes no database where there is none, and says so', async () => {
  const { run, path } = await startStore()
  expect(await run(['erase', 'a'], { PUSHFERRY_STORE: `sqlite:${path}.none` })).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^pushferry: there is no database .*: set PUSHFERRY_STORE.*\n$/),
  })
})

it('erases nothing when an argument is not a CleverTap ID, such as one with the carriage return of a Windows file', async () => {
  const { run, store } = await startStore()
  await complete(store, 'person-to-erase', { kind: 'accepted' })
  expect(await run(['erase', 'person-to-erase', 'person-to-keep\r'])).toEqual({
    code: 2,
    out: '',
    err: 'pushferry: "person-to-keep\\r" is not a CleverTap ID: objectId has white space in it (U+000D): remove it\n',
  })
  expect(await store.find(account, 'person-to-erase')).toMatchObject({ state: 'accepted' })
  expect(await run(['erase', ''])).toMatchObject({
    code: 2,
    err: expect.stringContaining('must be a non-empty string'),
  })
})
