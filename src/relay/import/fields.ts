/** What a row of columns says of a record, by the names that the columns have without a mapping. */
export const fields = ['objectId', 'type', 'id', 'p256dh', 'auth'] as const
export type Field = (typeof fields)[number]

/** The text of each field; empty where there is none. */
export type FieldTexts = Readonly<Record<Field, string>>

/**
 * The record that these texts make, for `decodeRecord` to judge. What is empty is left out, so that it is missing there
 * and not wrong. A type is taken in any case of its letters, because exports often have `FCM`.
 */
export const recordOfFields = ({ objectId, type, id, p256dh, auth }: FieldTexts, defaultType: string | undefined) => ({
  type: 'token',
  tokenData: {
    ...(id === '' ? {} : { id }),
    ...(type !== '' ? { type: type.toLowerCase() } : defaultType === undefined ? {} : { type: defaultType }),
    ...(p256dh === '' && auth === '' ? {} : { keys: { p256dh, auth } }),
  },
  ...(objectId === '' ? {} : { objectId }),
})
