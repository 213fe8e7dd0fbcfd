import { hash } from 'node:crypto'

/** The short form of an id or a secret in logs and names: the first 8 hex digits of its SHA-256. */
export const fingerprint = (value: string | Uint8Array): string => hash('sha256', value).slice(0, 8)
