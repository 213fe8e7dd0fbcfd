import { codeMeanings } from '../../clevertap/code-meanings.ts'

/**
 * A code as a label. CleverTap's documented ones stand for themselves; whatever else an answer may hold is `other`, so
 * that no answer can make ever more labels.
 */
export const codeLabel = (code: number | string): string => (Object.hasOwn(codeMeanings, code) ? String(code) : 'other')
