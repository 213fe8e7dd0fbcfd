import type { WebType } from '../relay/config/types.ts'
import { typeOfHost } from '../relay/intake/push-type.ts'
import { isPlaceholder } from '../wire/placeholder.ts'
import { fcmHosts, isFcmId, readEndpoint } from '../wire/push-service.ts'
import type { TokenType } from '../wire/record.ts'
import type { Row } from './row.ts'

/** The fields of a record in a table, by their default column names. */
export const fields = ['objectId', 'type', 'id', 'p256dh', 'auth'] as const
/** The fields that `--map` may name. A web subscription's `endpoint` gives both the id and the push service. */
export const mappedFields = [...fields, 'endpoint'] as const
export type Field = (typeof mappedFields)[number]

/** The string of each field; empty when it is missing. */
export type FieldValues = Readonly<Record<(typeof fields)[number], string>> & { readonly endpoint?: string }

/** Rules for reading types. */
export interface TypeRules {
  /** Token types by foreign type in lower case: `--map-type`. */
  typeMap?: ReadonlyMap<string, TokenType>
  /** Push services that an operator maps in addition to FCM: PUSHFERRY_WEB_TYPES. */
  webTypes?: readonly WebType[]
}

/**
 * The id and type from an endpoint, or why its row has none. A list of subscriptions has those of all browsers, so a subscription
 * of a push service that is not mapped is skipped, not rejected.
 */
export const readWebToken = (
  endpoint: string,
  { webTypes = [] }: TypeRules,
): { id: string; type: TokenType } | Pick<Row, 'aside' | 'problem' | 'code'> => {
  const read = readEndpoint(endpoint)
  if (!read) return { code: 535, problem: 'the endpoint is not an https URL that ends in an id' }
  if (fcmHosts.includes(read.host) && !isFcmId(read.id))
    return {
      code: 535,
      problem: "the endpoint's last part has a character that FCM does not use: give the endpoint unchanged",
    }
  const type = typeOfHost(read.host, webTypes)
  return type === undefined ? { aside: { kind: 'skipped', reason: 'other push service' } } : { id: read.id, type }
}

/** Turns a placeholder into an empty string. Exporters write placeholders into the unused key columns of native tokens. */
const orEmpty = (value: string): string => (isPlaceholder(value) ? '' : value)

/** A record in which any member may be missing; `decodeRecord` judges it. */
export interface UncheckedRecord {
  type: 'token'
  tokenData: { id?: string; type?: string; keys?: { p256dh: string; auth: string } }
  /** The keys of a web subscription whose type has none. */
  shownKeys?: { p256dh: string; auth: string }
  objectId?: string
}

/**
 * Makes a record from these strings. Omits empty strings, so that the field counts as missing and not as wrong. A type may be in
 * upper case, because exports often have `FCM`.
 */
export const recordOfFields = (
  { objectId, type: writtenType, id: writtenId, p256dh: writtenP256dh, auth: writtenAuth, endpoint = '' }: FieldValues,
  defaultType: string | undefined,
  rules: TypeRules = {},
): UncheckedRecord => {
  // Adds members one by one, because this runs for every row and spreading costs several times as much.
  const tokenData: UncheckedRecord['tokenData'] = {}
  const web = endpoint === '' ? undefined : readWebToken(endpoint, rules)
  const isWeb = web !== undefined && 'id' in web
  const p256dh = orEmpty(writtenP256dh)
  const auth = orEmpty(writtenAuth)
  const type = isWeb ? web.type : orEmpty(rules.typeMap?.get(writtenType.toLowerCase()) ?? writtenType)
  const id = isWeb ? web.id : writtenId
  if (id !== '') tokenData.id = id
  if (type !== '') tokenData.type = type.toLowerCase()
  else if (defaultType !== undefined) tokenData.type = defaultType
  const record: UncheckedRecord = { type: 'token', tokenData }
  if (p256dh !== '' || auth !== '') {
    if (isWeb && type !== 'chrome') record.shownKeys = { p256dh, auth }
    else tokenData.keys = { p256dh, auth }
  }
  if (objectId !== '') record.objectId = objectId
  return record
}
