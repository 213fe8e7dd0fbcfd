import { expect, test } from 'vitest'
import { importDemo } from './import-demo.ts'

const { describeRecords } = await importDemo<{ describeRecords(records: readonly unknown[]): string }>(
  'server/describe-record.mjs',
)

test('shows every field there is, one a line, the values below each other', () => {
  const records = [
    { type: 'token', tokenData: { id: 'a', keys: { auth: 'b' } } },
    { objectId: 'c', more: [1, null] },
  ]
  expect(describeRecords(records)).toBe(
    `
  1  type                 token
     tokenData.id         a
     tokenData.keys.auth  b

  2  objectId             c
     more.0               1
     more.1               null`.slice(1),
  )
})

test('has nothing to say of no records', () => {
  expect(describeRecords([])).toBe('')
})
