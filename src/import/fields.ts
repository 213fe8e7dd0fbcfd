/** What a row of columns says of a record, by the names that the columns have without a mapping. */
export const fields = ['objectId', 'type', 'id', 'p256dh', 'auth'] as const
export type Field = (typeof fields)[number]

/** The text of each field; empty where there is none. */
export type FieldTexts = Readonly<Record<Field, string>>

/** What exporters write for no value at all. Key columns of native tokens are full of it. */
const nothing = /^(?:null|\(null\)|undefined|none|nan|\\n|#name\?|#n\/a|#value!|#ref!)$/i
const orEmpty = (text: string): string => (text.length < 10 && nothing.test(text) ? '' : text)

/** A record that may lack anything; `decodeRecord` is to judge it. */
export interface Draft {
  type: 'token'
  tokenData: { id?: string; type?: string; keys?: { p256dh: string; auth: string } }
  objectId?: string
}

/**
 * The record that these texts make. What is empty is left out, so that it is missing there and not wrong. A type is taken
 * in any case of its letters, because exports often have `FCM`.
 */
export const recordOfFields = (
  { objectId, type: writtenType, id, p256dh: writtenP256dh, auth: writtenAuth }: FieldTexts,
  defaultType: string | undefined,
): Draft => {
  // Members are added one by one: this runs for every row, and spreading costs several times as much.
  const tokenData: Draft['tokenData'] = {}
  const [type, p256dh, auth] = [orEmpty(writtenType), orEmpty(writtenP256dh), orEmpty(writtenAuth)]
  if (id !== '') tokenData.id = id
  if (type !== '') tokenData.type = type.toLowerCase()
  else if (defaultType !== undefined) tokenData.type = defaultType
  if (p256dh !== '' || auth !== '') tokenData.keys = { p256dh, auth }
  return objectId === '' ? { type: 'token', tokenData } : { type: 'token', tokenData, objectId }
}
