import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTicketKeys } from '../../../src/relay/tickets/keys.ts'

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const der = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })
const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()
const jwk = (key: KeyObject, more: object = {}): object => ({ ...key.export({ format: 'jwk' }), ...more })
const set = (...keys: unknown[]): string => JSON.stringify({ keys })
const oct = (bytes: number): object => ({ kty: 'oct', k: Buffer.alloc(bytes, 7).toString('base64url') })
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const twice = (text: string): string => base64(base64(text))
/** `ssh-ed25519` and 32 bytes, each with its length in front. */
const sshBody = Buffer.concat([Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 '), randomBytes(32)]).toString('base64')
const kinds = (text: string): readonly string[] | undefined =>
  readTicketKeys(text)?.map(({ id, alg }) => (id === undefined ? alg : `${id} ${alg}`))

describe('the ticket key', () => {
  it('may be a shared secret of 32 characters, a PEM or several, a JWK, or a key set', () => {
    expect(kinds('x'.repeat(32))).toEqual(['HS256'])
    expect(kinds(spki(p256.publicKey))).toEqual(['ES256'])
    expect(kinds(`${spki(ed25519.publicKey)}\n${spki(p256.publicKey)}`)).toEqual(['EdDSA', 'ES256'])
    expect(kinds(JSON.stringify(jwk(p256.publicKey, { kid: 'one' })))).toEqual(['one ES256'])
    expect(
      kinds(set(jwk(p256.publicKey, { kid: 'old', alg: 'ES256', use: 'sig' }), jwk(ed25519.publicKey), oct(32))),
    ).toEqual(['old ES256', 'EdDSA', 'HS256'])
  })

  it('may be a secret with a prefix and slashes, as services hand them out', () => {
    expect(kinds(`whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}/xY3`)).toEqual(['HS256'])
    expect(kinds(Buffer.from(randomBytes(32).toString('base64')).toString('base64'))).toEqual(['HS256'])
  })

  it('may be any random secret of 32 bytes, in hex or in either alphabet of base64', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.constantFrom('base64', 'base64url', 'hex'),
        (bytes, encoding) => kinds(Buffer.from(bytes).toString(encoding))?.join() === 'HS256',
      ),
      { numRuns: 1000 },
    )
  })

  it('may be any random secret, in hex or in either alphabet of base64', () => {
    const mistaken: string[] = []
    for (let round = 0; round < 2000; round++)
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        const secret = randomBytes(24 + (round % 50)).toString(encoding)
        if (kinds(secret)?.join() !== 'HS256') mistaken.push(secret)
      }
    expect(mistaken).toEqual([])
    expect(kinds(`/${'B'.repeat(40)}/a+b=`)).toEqual(['HS256'])
  })

  it.each<[string, string]>([
    ['a secret of 31 characters', 'x'.repeat(31)],
    ['a private PEM', p256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    [
      'a private PEM after a public one',
      spki(p256.publicKey) + p256.privateKey.export({ type: 'sec1', format: 'pem' }),
    ],
    ['a PEM that is cut', spki(p256.publicKey).slice(0, 90)],
    ['a PEM of another curve', spki(p384.publicKey)],
    ['a private JWK', set(jwk(p256.privateKey))],
    ['a key set with one private key', set(jwk(ed25519.publicKey), jwk(ed25519.privateKey))],
    ['an empty key set', set()],
    ['a key set that is none', '{"keys":7}'],
    ['a JWK of another curve', set(jwk(p384.publicKey))],
    ['an RSA JWK', set(jwk(rsa.publicKey))],
    ['a secret of 31 bytes as JWK', set(oct(31))],
    ['a JWK for encryption', set(jwk(p256.publicKey, { use: 'enc' }))],
    ['a JWK whose alg is not its own', set(jwk(p256.publicKey, { alg: 'HS256' }))],
    ['a key that is no object', set('x'.repeat(32))],
    ['a public key in base64', der(p256.publicKey).toString('base64')],
    ['a public key in base64 on several lines', der(p256.publicKey).toString('base64').replace(/.{40}/g, '$&\n')],
    ['a public key in hex', der(ed25519.publicKey).toString('hex')],
    ['the public half of a VAPID pair', der(p256.publicKey).subarray(-65).toString('base64url')],
    ['an RSA public key in base64', der(rsa.publicKey).toString('base64')],
    ['a PEM whose lines are gone', spki(p256.publicKey).replace(/\n/g, ' ').replace('BEGIN', ' BEGIN')],
    ['an SSH key', `ssh-ed25519 ${randomBytes(51).toString('base64')} somebody@host`],
    ['a key set in base64', Buffer.from(set(jwk(p256.publicKey))).toString('base64url')],
    ['a list of JWKs', JSON.stringify([jwk(p256.publicKey)])],
    ['a ticket', `${'eyJhbGciOiJIUzI1NiJ9'}.${'eyJzdWIiOiJhIn0'}.${randomBytes(32).toString('base64url')}`],
    ['the URL of a key set', 'https://www.example.com/.well-known/jwks.json'],
    ['a path', '/run/secrets/pushferry-ticket-key-of-the-site'],
    ['a path from here', './secrets/pushferry-ticket-key-of-the-site'],
    ['a path of Windows', 'C:\\secrets\\pushferry-ticket-key-of-the-site'],
    ['the name of a PEM file', 'pushferry-ticket-key-of-the-site-2026.pem'],
    ['a PEM in base64', Buffer.from(spki(p256.publicKey)).toString('base64')],
    ['a PEM in base64 on several lines', Buffer.from(spki(rsa.publicKey)).toString('base64').replace(/.{76}/g, '$&\n')],
    ['a PEM in base64 twice, as in a Kubernetes Secret', twice(spki(p256.publicKey))],
    ['a PEM in base64url', Buffer.from(spki(ed25519.publicKey)).toString('base64url')],
    ['a PEM in hex', Buffer.from(spki(ed25519.publicKey)).toString('hex')],
    [
      'an RSA public key of PKCS #1 in base64',
      rsa.publicKey.export({ type: 'pkcs1', format: 'der' }).toString('base64'),
    ],
    ['the base64 of an SSH key', sshBody],
    ['an SSH key in base64', Buffer.from(`ssh-ed25519 ${sshBody} somebody@host`).toString('base64')],
    [
      'a PEM as a data URL',
      `data:application/x-pem-file;base64,${Buffer.from(spki(p256.publicKey)).toString('base64')}`,
    ],
    ['a path of Windows with slashes', 'D:/keys/pushferry/ticket-public-key'],
    ['a file URL with one slash', 'file:/run/secrets/pushferry-ticket-public'],
    ['a path from the folder above, as Windows has it', '..\\keys\\pushferry-ticket-public-key'],
    ['a path on a Windows share', '\\\\server\\share\\pushferry-ticket-key'],
    ['a path from here without a dot', 'secrets/pushferry-ticket-public-key'],
    ['a path from here in capitalised words', 'Keys/Pushferry/TicketPublicKey2026'],
    ['a path from here, as Windows has it', 'keys\\pushferry\\TicketPublicKey'],
    ['an absolute path in capitalised words', '/app-data/TicketKeyOfPushferryRelayOne'],
    ['a path in the home folder', '$HOME/keys/PushferryTicketPublicKeyK1'],
    ['broken JSON', '{"keys":[]'.padEnd(40)],
  ])('refuses public material, and what only names it, as a shared secret: %s', (_, text) => {
    expect(readTicketKeys(text)).toBeUndefined()
  })
})
