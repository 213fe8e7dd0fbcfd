import type { Token } from '../../wire/record.ts'

/** Keeps the values of a row apart where it is one flat text: no value of a record holds a control character. */
export const unitSeparator = '\u001f'

/** The token whose values stood in a flat text, where '' stands for none. Made member by member, because it is on the busiest path of an import. */
export const tokenOfTexts = (type: string, id: string, p256dh: string, auth: string): Token => {
  const known = type as Token['type'] // of a token that was made flat
  return p256dh === '' ? { type: known, id } : { type: known, id, keys: { p256dh, auth } }
}
