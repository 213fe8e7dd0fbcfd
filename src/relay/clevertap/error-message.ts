import type { TokenRecord } from '../../wire/record.ts'
import { meaningOf } from './code-meanings.ts'

/** Longest error message that is kept, in characters. */
const maxMessageLength = 300

/** Words of CleverTap's documentation that are neither in lower case nor capitalised. */
const names: ReadonlySet<string> = new Set(
  'API APNS CleverTap FBID FCM GCM GPID HTTP ID IDs JSON MPNS OS SDK UTF URL WNS dryRun iOS objectId tokenData'.split(
    ' ',
  ),
)

/**
 * Whether a word can occur in a plain sentence. A passcode or token in any encoding (base64, hex, percent, HTML) mixes
 * letters with digits or capitals, has other characters, or is longer.
 */
const isWord = (word: string): boolean =>
  /^[A-Z]?[a-z]{1,19}$/.test(word) || /^[AI]$/.test(word) || /^\d{1,4}$/.test(word) || names.has(word)

const isSentence = (line: string): boolean =>
  /^[A-Za-z0-9 .,:;'"()!-]*$/.test(line) &&
  line
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .every(isWord) &&
  // Single letters one after another could spell a secret.
  !/\b[A-Za-z]\b(?:[^A-Za-z0-9]+[A-Za-z]\b){2}/.test(line)

const squeeze = (message: string): string => message.toLowerCase().replace(/[^a-z0-9]/g, '')

/** Whether a message repeats a token that was sent, in any letter case and with any characters between its letters. */
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
 * Returns the message to show for a refused record. It is CleverTap's own, on one line, if that consists of plain words and
 * repeats no token; else the meaning of the code.
 */
export const showableMessage = (message: unknown, code: number, sent: readonly TokenRecord[]): string => {
  const line = typeof message === 'string' ? message.replace(/\s+/g, ' ').trim() : ''
  const isShown = line.length <= maxMessageLength && isSentence(line) && !repeats(line, sent)
  return isShown ? line : meaningOf(code).meaning
}
