import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readTicketKeys } from '../../src/relay/tickets/keys.ts'
import { createTicketCheck } from '../../src/relay/tickets/verify.ts'
import { type SignTicketOptions, signTicket } from '../../src/ticket/index.ts'

const secret = 'a-shared-secret-of-thirty-two-ch'
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
const pem = (key: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer }): string =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString()
const spki = (key: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer }): string =>
  key.export({ type: 'spki', format: 'pem' }).toString()

const relayTakes = async (ticket: string, keyText: string, audience?: string): Promise<string | undefined> =>
  createTicketCheck(readTicketKeys(keyText) ?? [], audience)(ticket, 'objectId-1')
const part = (ticket: string, at: number): unknown =>
  JSON.parse(Buffer.from(ticket.split('.')[at] ?? '', 'base64url').toString())

describe('signTicket', () => {
  it.each<[string, SignTicketOptions['key'], string]>([
    ['a shared secret', secret, secret],
    ['the bytes of a secret', Buffer.from(secret), secret],
    ['a secret as JWK', { kty: 'oct', k: Buffer.from(secret).toString('base64url') }, secret],
    ['a P-256 PEM', pem(p256.privateKey), spki(p256.publicKey)],
    ['a P-256 JWK', { ...p256.privateKey.export({ format: 'jwk' }), kty: 'EC' }, spki(p256.publicKey)],
    ['an Ed25519 PEM', pem(ed25519.privateKey), spki(ed25519.publicKey)],
    ['an Ed25519 JWK', { ...ed25519.privateKey.export({ format: 'jwk' }), kty: 'OKP' }, spki(ed25519.publicKey)],
  ])('signs with %s what the relay takes', async (_, key, keyText) => {
    const ticket = await signTicket({ objectId: 'objectId-1', key, audience: 'push' })
    expect(await relayTakes(ticket, keyText, 'push')).toBeUndefined()
  })

  it('signs with a WebCrypto key', async () => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])
    const jwk = await crypto.subtle.exportKey('jwk', publicKey)
    const ticket = await signTicket({ objectId: 'objectId-1', key: privateKey })
    expect(await relayTakes(ticket, JSON.stringify({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }))).toBeUndefined()
    await expect(signTicket({ objectId: 'o', key: publicKey })).rejects.toThrow('must be one that signs')
  })

  it('writes sub, iat, exp and, when told, aud and kid', async () => {
    const now = () => 1_700_000_000_999
    const plain = await signTicket({ objectId: 'o-1', key: secret, now })
    expect(part(plain, 0)).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(part(plain, 1)).toEqual({ sub: 'o-1', iat: 1_700_000_000, exp: 1_700_000_300 })
    const key = { kty: 'oct', k: randomBytes(32).toString('base64url'), kid: 'from-jwk' }
    const full = await signTicket({ objectId: 'o-1', key, audience: 'a', expiresInSeconds: 900, now })
    expect(part(full, 0)).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'from-jwk' })
    expect(part(full, 1)).toEqual({ sub: 'o-1', iat: 1_700_000_000, exp: 1_700_000_900, aud: 'a' })
    expect(part(await signTicket({ objectId: 'o', key, keyId: 'own' }), 0)).toMatchObject({ kid: 'own' })
  })

  it.each<[string, object, RegExp]>([
    ['an unknown option', { expiresIn: 5 }, /expiresIn is not an option; the options are objectId, key, alg/],
    ['no objectId', { objectId: '' }, /objectId must be a non-empty string/],
    ['too long a life', { expiresInSeconds: 901 }, /from 1 to 900/],
    ['no life', { expiresInSeconds: 0 }, /from 1 to 900/],
    ['half a second', { expiresInSeconds: 0.5 }, /from 1 to 900/],
    ['an algorithm that is none', { alg: 'none' }, /alg must be HS256, ES256 or EdDSA/],
    ['an empty audience', { audience: '' }, /audience must be a non-empty string/],
    ['a short secret', { key: 'marked-secret-of-31-characters-' }, /32 bytes or more/],
    ['a public PEM', { key: spki(p256.publicKey) }, /must be PKCS #8/],
    ['an RSA key', { key: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) }, /P-256 or Ed25519/],
    ['a secret for another algorithm', { alg: 'ES256' }, /the key does not fit ES256/],
    ['a PEM for another algorithm', { key: pem(p256.privateKey), alg: 'EdDSA' }, /the key does not fit EdDSA/],
    ['a JWK for another algorithm', { key: { kty: 'oct', k: 'AAAA' }, alg: 'ES256' }, /does not fit ES256/],
    ['a public JWK', { key: { ...p256.publicKey.export({ format: 'jwk' }) } }, /not a private key/],
    ['a JWK of another curve', { key: { kty: 'EC', crv: 'P-384' } }, /P-256 or Ed25519/],
    ['no key', { key: undefined }, /key must be a secret, a PEM, a JWK or a CryptoKey/],
  ])('refuses %s with a TypeError that shows no key', async (_, wrong, text) => {
    const signing = signTicket({ objectId: 'o', key: secret, ...wrong })
    await expect(signing).rejects.toThrow(TypeError)
    await expect(signing).rejects.toThrow(text)
    await expect(signing).rejects.not.toThrow(/marked/)
  })
})
