import { hash, timingSafeEqual } from 'node:crypto'

/** What secrets are compared by: equal length whatever the secret, so that not even its length shows in the time taken. */
export const digestOf = (secret: string): Buffer => hash('sha256', secret, 'buffer')

/** Compares in constant time. */
export const sameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digestOf(given), digestOf(expected))
