import { hash } from 'node:crypto'
import { canonicalToken, type Token } from '../../../wire/record.ts'

/** SHA-256 of the canonical token, in hex: all that is kept of a token once it is settled, and how tokens are compared. */
export const fingerprint = (token: Token): string => hash('sha256', canonicalToken(token))
