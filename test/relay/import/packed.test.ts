import { expect, it } from 'vitest'
import { createPacker } from '../../../src/relay/import/packed.ts'
import type { NewEntry } from '../../../src/relay/outbox/store.ts'

const common = { account: 'A', lane: 'import', sender: 'trusted', replaceLive: false } as const

it.each<Pick<NewEntry, 'objectId' | 'token' | 'warnings'>>([
  { objectId: '__a', token: { type: 'fcm', id: 'a:b' }, warnings: [] },
  {
    objectId: 'ünï-😀',
    token: { type: 'chrome', id: 'c', keys: { p256dh: 'p=', auth: 'a==' } },
    warnings: ['x', 'y, "z"'],
  },
])('an entry that was packed comes out as it was: %j', (entry) => {
  const { pack, unpack } = createPacker('A', false)
  expect(unpack(pack({ ...common, ...entry }))).toEqual({ ...common, ...entry })
})
