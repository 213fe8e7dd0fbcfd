import { hash } from 'node:crypto';
/** What stands for an id or a secret in logs and names: the first 8 hex digits of its SHA-256. */
export const fingerprint = (text) => hash('sha256', text).slice(0, 8);
