import { encodeBase64Url } from '../wire/base64.ts'
import { readySigningKey, signParameters, type TicketAlg, type TicketSigningKey } from './signing-key.ts'

export interface SignTicketOptions {
  /** The CleverTap ID of the signed-in user. The ticket is valid for this ID only. */
  objectId: string
  /** The shared secret, or the private key for the public key in the relay's `PUSHFERRY_TICKET_KEY`. */
  key: TicketSigningKey
  /** Default: the algorithm of the key. A key that does not fit is refused. */
  alg?: TicketAlg
  /** `aud`, if the relay has `PUSHFERRY_TICKET_AUDIENCE`. */
  audience?: string
  /** Lifetime of the ticket in seconds: 1 to 900, default 300. */
  expiresInSeconds?: number
  /** `kid`, if the relay has a key set. Default: the `kid` of the JWK. */
  keyId?: string
  /** Wall clock, ms since the epoch. */
  now?: () => number
}

const known: readonly string[] = ['objectId', 'key', 'alg', 'audience', 'expiresInSeconds', 'keyId', 'now']
const algs: readonly unknown[] = ['HS256', 'ES256', 'EdDSA', undefined]
const maxSeconds = 900

const check = (options: SignTicketOptions): void => {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new TypeError(`signTicket: ${unknown} is not an option; the options are ${known.join(', ')}`)
  const { objectId, alg, audience, expiresInSeconds = 1, keyId } = options
  if (typeof objectId !== 'string' || objectId === '')
    throw new TypeError('signTicket: objectId must be a non-empty string')
  if (!algs.includes(alg)) throw new TypeError('signTicket: alg must be HS256, ES256 or EdDSA')
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > maxSeconds)
    throw new TypeError(`signTicket: expiresInSeconds must be a whole number from 1 to ${maxSeconds}`)
  for (const [name, value] of Object.entries({ audience, keyId }))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new TypeError(`signTicket: ${name} must be a non-empty string`)
}

const encode = (value: object): string => encodeBase64Url(new TextEncoder().encode(JSON.stringify(value)))

/**
 * Signs a ticket: a JWT (RFC 7519) that lets a browser register a token for this objectId. Call it on the site's backend
 * for the signed-in user, and pass the ticket to the page's `ticket` option.
 *
 * Runs in every runtime with WebCrypto. Resolves when the signature is made. No side effects.
 *
 * @throws TypeError for an unknown option, a value out of range, or a key that cannot sign.
 *
 * @example
 * import { signTicket } from 'pushferry/ticket'
 * const ticket = await signTicket({ objectId: user.clevertapId, key: process.env.TICKET_SECRET })
 */
export const signTicket = async (options: SignTicketOptions): Promise<string> => {
  check(options)
  const { objectId, audience, expiresInSeconds = 300, keyId, now = Date.now } = options
  const { alg, key, id } = await readySigningKey(options.key, options.alg)
  const kid = keyId ?? id
  const iat = Math.floor(now() / 1000)
  const header = { alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) }
  const claims = {
    sub: objectId,
    iat,
    exp: iat + expiresInSeconds,
    ...(audience === undefined ? {} : { aud: audience }),
  }
  const signed = `${encode(header)}.${encode(claims)}`
  const signature = await crypto.subtle.sign(signParameters[alg], key, new TextEncoder().encode(signed))
  return `${signed}.${encodeBase64Url(new Uint8Array(signature))}`
}
