import { hash, timingSafeEqual } from 'node:crypto'

/**
 * The digest by which secrets are compared. It has the same length for every secret, so that timing does not reveal the
 * length either. Takes the bytes of the hex digits, because Node makes a digest as a string four times as fast as a Buffer.
 */
export const digestOf = (secret: string): Buffer => Buffer.from(hash('sha256', secret), 'latin1')

/** Compares in constant time. */
export const sameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(digestOf(given), digestOf(expected))
