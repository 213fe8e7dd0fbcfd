import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { readTicketKeys } from '../../../src/relay/tickets/keys.ts'
import { createTicketCheck } from '../../../src/relay/tickets/verify.ts'

const secret = 'a-shared-secret-of-thirty-two-ch'
const hs256 = createSecretKey(secret, 'utf8')
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
const nowSeconds = 1_800_000_000
const now = () => nowSeconds * 1000

const sign = (key: KeyObject, alg: string, claims: object = {}, header: object = {}): Promise<string> =>
  new SignJWT({ sub: 'o-1', exp: nowSeconds + 300, ...claims }).setProtectedHeader({ alg, ...header }).sign(key)
const publicSet = (...keys: [KeyObject, string?][]): string =>
  JSON.stringify({ keys: keys.map(([key, kid]) => ({ ...key.export({ format: 'jwk' }), ...(kid ? { kid } : {}) })) })
const check = (ticket: string, keys: string = secret, audience?: string) =>
  createTicketCheck(readTicketKeys(keys) ?? [], audience, now)(ticket, 'o-1')

describe('a ticket', () => {
  it('proves its objectId with any of the three algorithms', async () => {
    expect(await check(await sign(hs256, 'HS256'))).toBeUndefined()
    expect(await check(await sign(p256.privateKey, 'ES256'), publicSet([p256.publicKey]))).toBeUndefined()
    expect(await check(await sign(ed25519.privateKey, 'EdDSA'), publicSet([ed25519.publicKey]))).toBeUndefined()
    expect(await check(await sign(ed25519.privateKey, 'Ed25519'), publicSet([ed25519.publicKey]))).toBeUndefined()
  })

  it.each<[string, object, string]>([
    ['of another objectId', { sub: 'o-2' }, "the ticket's sub is not the objectId"],
    ['without sub', { sub: undefined }, "the ticket's sub is missing or wrong"],
    ['without exp', { exp: undefined }, "the ticket's exp is missing or wrong"],
    ['that expired six seconds ago', { exp: nowSeconds - 6 }, 'the ticket has expired'],
    ['that lives 906 seconds', { exp: nowSeconds + 906 }, "the ticket's exp is more than 15 minutes ahead"],
    ['that lives for ever', { exp: 1e300 }, "the ticket's exp is more than 15 minutes ahead"],
    ['that is not valid yet', { nbf: nowSeconds + 60 }, 'the ticket is not valid yet (nbf): compare the clocks'],
    ['whose nbf is no number', { nbf: 'soon' }, "the ticket's nbf is missing or wrong"],
    [
      'that counts milliseconds',
      { exp: (nowSeconds + 600) * 1000 },
      "the ticket's exp is in milliseconds: give seconds",
    ],
  ])('refuses a signed ticket whose subject or time does not fit: one %s', async (_, claims, fault) => {
    expect(await check(await sign(hs256, 'HS256', claims))).toBe(fault)
  })

  it('is accepted five seconds after its end and up to five beyond 15 minutes, for clocks that differ', async () => {
    expect(await check(await sign(hs256, 'HS256', { exp: nowSeconds - 4 }))).toBeUndefined()
    expect(await check(await sign(hs256, 'HS256', { exp: nowSeconds + 905 }))).toBeUndefined()
  })

  it('needs the audience where one is configured', async () => {
    const fault = "the ticket's aud is missing or wrong"
    expect(await check(await sign(hs256, 'HS256'), secret, 'push')).toBe(fault)
    expect(await check(await sign(hs256, 'HS256', { aud: 'shop' }), secret, 'push')).toBe(fault)
    expect(await check(await sign(hs256, 'HS256', { aud: ['shop', 'push'] }), secret, 'push')).toBeUndefined()
  })

  it('of either key is taken while two are valid, with kid and without', async () => {
    const next = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keys = publicSet([p256.publicKey, 'old'], [next.publicKey, 'new'])
    expect(await check(await sign(p256.privateKey, 'ES256', {}, { kid: 'old' }), keys)).toBeUndefined()
    expect(await check(await sign(next.privateKey, 'ES256', {}, { kid: 'new' }), keys)).toBeUndefined()
    expect(await check(await sign(next.privateKey, 'ES256'), keys)).toBeUndefined()
    expect(await check(await sign(next.privateKey, 'ES256', {}, { kid: 'old' }), keys)).toContain(
      'no key of this relay',
    )
    expect(await check(await sign(next.privateKey, 'ES256', {}, { kid: 'lost' }), keys)).toContain(
      'no key of this relay',
    )
  })

  it('signed by a stranger is refused', async () => {
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    expect(await check(await sign(stranger.privateKey, 'ES256'), publicSet([p256.publicKey]))).toContain('no key of')
    expect(await check(await sign(createSecretKey('y'.repeat(32), 'utf8'), 'HS256'))).toContain('no key of')
  })

  it('cannot choose its algorithm: not none, and not a public key as shared secret', async () => {
    const pem = p256.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = encode({ sub: 'o-1', exp: nowSeconds + 300 })
    expect(await check(`${encode({ alg: 'none' })}.${claims}.`, pem)).toContain('no key of')
    const confused = `${encode({ alg: 'HS256' })}.${claims}`
    const mac = createHmac('sha256', pem).update(confused).digest('base64url')
    expect(await check(`${confused}.${mac}`, pem)).toContain('no key of')
  })

  it.each(['', 'x', 'a.b.c', 'e30.e30.e30', '....', '\u0000'.repeat(9), 'eyJhbGciOiJIUzI1NiJ9.bm8.bm8'])(
    'that is garbage (%j) is refused and not repeated',
    async (ticket) => {
      expect(await check(ticket)).toMatch(/^(the ticket is not a JWT that can be read|no key of this relay made .*)$/)
    },
  )

  it('proves nothing when no key is known', async () => {
    expect(await createTicketCheck([], undefined, now)(await sign(hs256, 'HS256'), 'o-1')).toContain('no key of')
  })
})
