import { createECDH } from 'node:crypto'
import { expect, test } from 'vitest'
import { runCli } from './run-cli.ts'

const belongTogether = (publicKey: string, privateKey: string): boolean => {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(privateKey, 'base64url')
  return pair.getPublicKey('base64url') === publicKey
}

test('--json prints a pair and nothing else, another one each time', async () => {
  const first = await runCli(['vapid', '--json'])
  const second = await runCli(['vapid', '--json'])
  const { publicKey, privateKey, ...rest } = JSON.parse(first.out)
  expect([first.code, first.err, rest]).toEqual([0, '', {}])
  expect(belongTogether(publicKey, privateKey)).toBe(true)
  expect(JSON.parse(second.out).privateKey).not.toBe(privateKey)
})

test('the text says where each half goes, and the private half stands in it once', async () => {
  const { code, out } = await runCli(['vapid'])
  const [, publicKey = ''] = /^public key +(\S+)$/m.exec(out) ?? []
  const [, privateKey = ''] = /^private key +(\S+)$/m.exec(out) ?? []
  expect(code).toBe(0)
  expect(belongTogether(publicKey, privateKey)).toBe(true)
  expect(out).toContain(`PUSHFERRY_VAPID_PUBLIC_KEY=${publicKey}`)
  expect(out).toContain('Settings > Engage > Channels > Web Push')
  expect(out.split(privateKey)).toHaveLength(2)
})
