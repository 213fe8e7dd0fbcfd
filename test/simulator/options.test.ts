import { expect, test } from 'vitest'
import { resolveOptions } from '../../src/simulator/options.ts'

test('an unknown option is refused with the known ones listed', () => {
  const options = { port: 1, prot: 1 }
  expect(() => resolveOptions(options)).toThrow(
    new TypeError(
      'unknown option prot: the options are accountId, host, keepRecords, keyPadding, knownObjectIds, latencyMs, limit, now, onCall, passcode, port, rotation',
    ),
  )
})

test.each([
  [{ port: 65_536 }, 'port must be a whole number from 0 to 65535'],
  [{ limit: 0 }, 'limit must be a whole number from 1 to 1000000'],
  [{ latencyMs: 0.5 }, 'latencyMs must be a whole number from 0 to 600000'],
  [{ accountId: 'a b' }, 'accountId must be a non-empty string without white space'],
  [{ passcode: '' }, 'passcode must be a non-empty string without white space'],
])('refuses the options %j with a TypeError: %s', (options, message) => {
  expect(() => resolveOptions(options)).toThrow(new TypeError(`option ${message}`))
})

test('a wrong passcode is not in the text', () => {
  expect(() => resolveOptions({ passcode: 'se cret' })).toThrow(expect.not.objectContaining({ message: /se cret/ }))
})

test('the defaults are those of the API document', () => {
  expect(resolveOptions({})).toMatchObject({ limit: 3, rotation: 'keep', keyPadding: 'padded', latencyMs: 0, port: 0 })
})
