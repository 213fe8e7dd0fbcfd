import { hash } from 'node:crypto'
import { canonicalToken } from '../../../wire/record.ts'
import type { NewEntry } from '../port.ts'

/**
 * SHA-256 of the canonical token, in hex: all that is kept of a token once it is settled, and how tokens are compared. Keys
 * that a browser showed count also where the type takes none: whoever knows an endpoint alone has not the identical token.
 */
export const fingerprint = ({ token, shownKeys }: Pick<NewEntry, 'token' | 'shownKeys'>): string =>
  hash('sha256', canonicalToken(shownKeys && !token.keys ? { ...token, keys: shownKeys } : token))
