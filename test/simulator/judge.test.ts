import { expect, test } from 'vitest'
import { judgeRecord, platformOf } from '../../src/simulator/judge.ts'
import { decodeRecord } from '../../src/wire/decode.ts'
import { platforms } from '../../src/wire/platform.ts'
import { tokenTypes } from '../../src/wire/record.ts'
import { sixTypes } from './call.ts'

const rules = { keyPadding: 'padded', exists: () => true } as const
const p256dh = 'BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds='
const auth = '5I2Bu2oKdyy9CwL8QVF0NQ=='
const record = (tokenData: unknown, objectId: unknown = 'web'): unknown => ({ type: 'token', tokenData, objectId })
const chrome = (keys: unknown): unknown => record({ id: 'x', type: 'chrome', keys })

const faulty: [string, unknown, number][] = [
  ['no object', null, 524],
  ['an array', [], 524],
  ['another type', { type: 'event' }, 524],
  ['no objectId', { type: 'token', tokenData: { id: 'x', type: 'fcm' } }, 530],
  ['an identity instead', { type: 'token', identity: 'a@b.c', tokenData: { id: 'x', type: 'fcm' } }, 530],
  ['an empty objectId', record({ id: 'x', type: 'fcm' }, ''), 530],
  ['a number as objectId', record({ id: 'x', type: 'fcm' }, 1), 530],
  ['white space in the objectId', record({ id: 'x', type: 'fcm' }, 'a b'), 530],
  ['half a character in the objectId', record({ id: 'x', type: 'fcm' }, 'a\ud800'), 530],
  ['a long objectId', record({ id: 'x', type: 'fcm' }, 'a'.repeat(129)), 530],
  ['no tokenData', record(undefined), 531],
  ['tokenData that is an array', record([]), 531],
  ['no id', record({ type: 'fcm' }), 532],
  ['an empty id', record({ id: '', type: 'fcm' }), 532],
  ['no type', record({ id: 'x' }), 533],
  ['an unknown type', record({ id: 'x', type: 'firefox' }), 535],
  ['a control character in the id', record({ id: 'x\n', type: 'fcm' }), 535],
  ['a long id', record({ id: 'x'.repeat(4097), type: 'fcm' }), 535],
  ['chrome without keys', chrome(undefined), 535],
  ['chrome with one key', chrome({ p256dh }), 535],
  ['a short key', chrome({ p256dh, auth: 'AAAA' }), 535],
  ['keys swapped', chrome({ p256dh: auth, auth: p256dh }), 535],
  ['keys on fcm', record({ id: 'x', type: 'fcm', keys: { p256dh, auth } }), 535],
]

test.each(faulty)('refuses a faulty record by its code: %s', (_, value, code) => {
  expect(judgeRecord(value, rules)).toEqual({ ok: false, code })
})

test.each(faulty)('the relay would not have sent it either: %s', (_, value) => {
  expect(decodeRecord(value).ok).toBe(false)
})

test.each([
  ['in the standard alphabet', p256dh.replaceAll('-', '+'), auth],
  ['unpadded', p256dh.slice(0, -1), auth.slice(0, -2)],
  ['half padded', p256dh, auth.slice(0, -1)],
  ['a point that starts with 0x05', `F${p256dh.slice(1)}`, auth],
])('refuses a chrome token with keys %s', (_, one, other) => {
  expect(judgeRecord(chrome({ p256dh: one, auth: other }), rules)).toEqual({ ok: false, code: 535 })
})

const native = tokenTypes.filter((type) => type !== 'chrome')

test.each([
  ['__a', 'fcm', 'gcm'],
  ['-a', 'apns', 'apns'],
  ['~a', 'wns', 'mpns'],
])('a type that does not fit the prefix is 534: %s carries %s and %s', (objectId, ...own) => {
  for (const type of native) {
    const verdict = judgeRecord(record({ id: 'x', type }, objectId), rules)
    expect(verdict).toMatchObject(own.includes(type) ? { ok: true } : { code: 534 })
  }
})

test.each(native)('the relay warns of the types that CleverTap refuses under the prefix for %s', (type) => {
  for (const { prefix } of Object.values(platforms)) {
    const tokenRecord = record({ id: 'x', type }, `${prefix}a`)
    const decoded = decodeRecord(tokenRecord)
    expect(judgeRecord(tokenRecord, rules).ok).toBe(decoded.ok && decoded.warnings.length === 0)
  }
})

test.each(tokenTypes)('the platform of an ID with the prefix for %s has the name that the relay warns with', (type) => {
  const { prefix, name } = platforms[type]
  expect(name.toLowerCase()).toMatch(new RegExp(`^an? ${platformOf(`${prefix}a`).toLowerCase()}$`))
})

test('a web CleverTap ID (_w_) accepts only chrome tokens', () => {
  expect(judgeRecord(record({ id: 'x', type: 'fcm' }, '_w_a'), rules)).toEqual({ ok: false, code: 534 })
  expect(judgeRecord(record({ id: 'x', type: 'chrome', keys: { p256dh, auth } }, '_w_a'), rules).ok).toBe(true)
})

test('every documented sample passes and keeps what was sent', () => {
  for (const sample of sixTypes()) {
    expect(judgeRecord(sample, rules)).toEqual({ ok: true, objectId: sample.objectId, token: sample.tokenData })
  }
})

test.each([
  ['__a', 'Android'],
  ['-a', 'iOS'],
  ['~a', 'Windows'],
  ['_w_a', 'Web'],
  ['a', 'Web'],
])('says that the CleverTap ID %s is of platform %s', (objectId, platform) => {
  expect(platformOf(objectId)).toBe(platform)
})
