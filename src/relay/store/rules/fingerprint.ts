import { hash } from 'node:crypto'
import { canonicalToken } from '../../../wire/record.ts'
import type { NewEntry } from '../port.ts'

/**
 * SHA-256 of the canonical token, in hex: all that is kept of a token once it is settled, and how tokens are compared. Keys
 * that a browser showed count also where the type takes none, so that a sender who knows only the endpoint does not match.
 */
export const fingerprint = ({ token, shownKeys }: Pick<NewEntry, 'token' | 'shownKeys'>): string =>
  hash('sha256', canonicalToken(shownKeys && !token.keys ? { ...token, keys: shownKeys } : token))
