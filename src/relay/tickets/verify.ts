import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { TicketAlg, TicketKey } from './keys.ts'

/** Longest time until a ticket expires, in seconds. */
export const maxTicketLifeSeconds = 15 * 60
/** Tolerated difference between the site's clock and the relay's, in seconds. */
const clockToleranceSeconds = 5

/** The `alg` values for each algorithm in a ticket's header. RFC 9864 added a second one for EdDSA. */
const headerNames: Readonly<Record<TicketAlg, readonly string[]>> = {
  HS256: ['HS256'],
  ES256: ['ES256'],
  EdDSA: ['EdDSA', 'Ed25519'],
}

/** Resolves to undefined for a ticket that proves the objectId, else to the reason, which quotes nothing of the ticket. */
export type TicketCheck = (ticket: string, objectId: string) => Promise<string | undefined>

const faultOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'the ticket has expired'
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf' && error.reason === 'check_failed')
    return 'the ticket is not valid yet (nbf): compare the clocks'
  if (error instanceof errors.JWTClaimValidationFailed) return `the ticket's ${error.claim} is missing or wrong`
  if (error instanceof errors.JWSSignatureVerificationFailed) return "no key of this relay made the ticket's signature"
  return 'the ticket is not a JWT that can be read'
}

/** `Date.now()` instead of seconds, which is a frequent mistake. */
const isInMs = (seconds: number, nowSeconds: number): boolean =>
  Math.abs(seconds / 1000 - nowSeconds) < 366 * 24 * 60 * 60

const claimFault = ({ sub, exp }: JWTPayload, objectId: string, nowSeconds: number): string | undefined => {
  if (sub !== objectId) return "the ticket's sub is not the objectId"
  if (exp !== undefined && isInMs(exp, nowSeconds)) return "the ticket's exp is in milliseconds: give seconds"
  return exp === undefined || exp > nowSeconds + maxTicketLifeSeconds + clockToleranceSeconds
    ? "the ticket's exp is more than 15 minutes ahead"
    : undefined
}

const candidates = (keys: readonly TicketKey[], ticket: string): readonly TicketKey[] => {
  const { alg, kid } = decodeProtectedHeader(ticket)
  return keys.filter(
    (key) =>
      headerNames[key.alg].some((name) => name === alg) &&
      (kid === undefined || key.id === undefined || key.id === kid),
  )
}

/**
 * Makes the function that verifies tickets: JWTs (RFC 7519) signed by one of these keys, with `sub` = objectId, an `exp` at
 * most 15 minutes ahead, and the audience if one is configured. The key decides the algorithm, never the ticket.
 */
export const createTicketCheck = (
  keys: readonly TicketKey[],
  audience: string | undefined,
  now: () => number = Date.now,
): TicketCheck => {
  return async (ticket, objectId) => {
    let fault = "no key of this relay made the ticket's signature"
    try {
      for (const { alg, key } of candidates(keys, ticket)) {
        const currentDate = new Date(now())
        try {
          const { payload } = await jwtVerify(ticket, key, {
            algorithms: [...headerNames[alg]],
            requiredClaims: ['sub', 'exp'],
            clockTolerance: clockToleranceSeconds,
            currentDate,
            ...(audience === undefined ? {} : { audience }),
          })
          return claimFault(payload, objectId, currentDate.getTime() / 1000)
        } catch (error) {
          fault = faultOf(error)
          if (!(error instanceof errors.JWSSignatureVerificationFailed)) return fault
        }
      }
    } catch (error) {
      return faultOf(error)
    }
    return fault
  }
}
