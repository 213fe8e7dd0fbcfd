import { hash } from 'node:crypto'
import { canonicalToken } from '../../../wire/record.ts'
import type { NewEntry } from '../port.ts'

/**
 * SHA-256 of the canonical token, in hex. Tokens are compared by it, and a completed row keeps nothing else of its token. Includes a
 * browser's keys even if the type has none, so that a sender who knows only the endpoint does not match.
 */
export const fingerprint = ({ token, shownKeys }: Pick<NewEntry, 'token' | 'shownKeys'>): string =>
  hash('sha256', canonicalToken(shownKeys && !token.keys ? { ...token, keys: shownKeys } : token))
