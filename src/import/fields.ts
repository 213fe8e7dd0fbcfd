import type { WebType } from '../relay/config/types.ts'
import { typeOfHost } from '../relay/intake/push-type.ts'
import { isPlaceholder } from '../wire/placeholder.ts'
import { readEndpoint } from '../wire/push-service.ts'
import type { TokenType } from '../wire/record.ts'

/** The fields of a record in a table, by the names that their columns have without a mapping. */
export const fields = ['objectId', 'type', 'id', 'p256dh', 'auth'] as const
/** What `--map` may name: a web subscription's `endpoint` says both the id and the push service. */
export const mappedFields = [...fields, 'endpoint'] as const
export type Field = (typeof mappedFields)[number]

/** The string of each field; empty where there is none. */
export type FieldValues = Readonly<Record<(typeof fields)[number], string>> & { readonly endpoint?: string }

/** How types are read. */
export interface TypeRules {
  /** Foreign types, in lower case, and ours: `--map-type`. */
  typeMap?: ReadonlyMap<string, TokenType>
  /** Push services beside FCM that an operator maps: PUSHFERRY_WEB_TYPES. */
  webTypes?: readonly WebType[]
}

/** Why an endpoint gives no token when its push service is not mapped. */
export const unknownService =
  'the endpoint is of a push service that CleverTap documents no type for; PUSHFERRY_WEB_TYPES can map its host'

/** The id and type in an endpoint, or why it has none. */
export const readWebToken = (
  endpoint: string,
  { webTypes = [] }: TypeRules,
): { id: string; type: TokenType } | string => {
  const read = readEndpoint(endpoint)
  if (!read) return 'the endpoint is not an https URL that ends in an id'
  const type = typeOfHost(read.host, webTypes)
  return type === undefined ? unknownService : { id: read.id, type }
}

/** Exporters fill the unused key columns of native tokens with placeholders. */
const orEmpty = (value: string): string => (isPlaceholder(value) ? '' : value)

/** A record that may lack anything; `decodeRecord` judges it. */
export interface Draft {
  type: 'token'
  tokenData: { id?: string; type?: string; keys?: { p256dh: string; auth: string } }
  objectId?: string
}

/**
 * The record that these strings make. An empty one is left out, so that it is missing and not wrong. A type may be in upper
 * case, because exports often have `FCM`.
 */
export const recordOfFields = (
  { objectId, type: writtenType, id: writtenId, p256dh: writtenP256dh, auth: writtenAuth, endpoint = '' }: FieldValues,
  defaultType: string | undefined,
  rules: TypeRules = {},
): Draft => {
  // Members are added one by one: this runs for every row, and spreading costs several times as much.
  const tokenData: Draft['tokenData'] = {}
  const web = endpoint === '' ? undefined : readWebToken(endpoint, rules)
  const isWeb = typeof web === 'object'
  const p256dh = orEmpty(writtenP256dh)
  const auth = orEmpty(writtenAuth)
  const type = isWeb ? web.type : orEmpty(rules.typeMap?.get(writtenType.toLowerCase()) ?? writtenType)
  const id = isWeb ? web.id : writtenId
  if (id !== '') tokenData.id = id
  if (type !== '') tokenData.type = type.toLowerCase()
  else if (defaultType !== undefined) tokenData.type = defaultType
  if (p256dh !== '' || auth !== '') tokenData.keys = { p256dh, auth }
  return objectId === '' ? { type: 'token', tokenData } : { type: 'token', tokenData, objectId }
}
