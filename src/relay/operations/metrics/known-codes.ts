import { codeMeanings } from '../../clevertap/code-meanings.ts'

/**
 * A code as a label. Codes that CleverTap documents keep their number; all others are `other`, so that answers cannot
 * create an unlimited number of labels.
 */
export const codeLabel = (code: number | string): string => (Object.hasOwn(codeMeanings, code) ? String(code) : 'other')
