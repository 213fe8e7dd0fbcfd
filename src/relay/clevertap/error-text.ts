import type { TokenRecord } from '../../wire/record.ts'
import { meaningOf } from './code-meanings.ts'

/** Longest text of a refusal that is kept. */
const maxTextLength = 300

/** Words that CleverTap's documents use and that are neither in lower case nor begin with a capital. */
const names: ReadonlySet<string> = new Set(
  'API APNS CleverTap FBID FCM GCM GPID HTTP ID IDs JSON MPNS OS SDK UTF URL WNS dryRun iOS objectId tokenData'.split(
    ' ',
  ),
)

/**
 * Whether a word can be one of a sentence. A passcode or token in any encoding (base64, hex, percent, HTML) has digits or
 * capitals among its letters, or other characters, or is longer.
 */
const isWord = (word: string): boolean =>
  /^[A-Z]?[a-z]{1,19}$/.test(word) || /^[AI]$/.test(word) || /^\d{1,4}$/.test(word) || names.has(word)

const isSentence = (line: string): boolean =>
  /^[A-Za-z0-9 .,:;'"()!-]*$/.test(line) &&
  line
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .every(isWord) &&
  // One letter after the other spells what is no word.
  !/\b[A-Za-z]\b(?:[^A-Za-z0-9]+[A-Za-z]\b){2}/.test(line)

const squeeze = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Whether a text repeats what was sent, in any letter case and with whatever stands between its letters. */
const repeats = (line: string, sent: readonly TokenRecord[]): boolean => {
  const squeezed = squeeze(line)
  return sent.some(({ tokenData: { id, keys } }) =>
    [id, keys?.p256dh, keys?.auth].some((secret) => {
      const bare = squeeze(secret ?? '')
      return bare !== '' && squeezed.includes(bare)
    }),
  )
}

/**
 * Returns the error text to show for a refused record: CleverTap's own words, on one line, if they form a sentence of plain words
 * and repeat no token that was sent; else the meaning of its code.
 */
export const showableText = (text: unknown, code: number, sent: readonly TokenRecord[]): string => {
  const line = typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : ''
  const isShown = line.length <= maxTextLength && isSentence(line) && !repeats(line, sent)
  return isShown ? line : meaningOf(code).meaning
}
