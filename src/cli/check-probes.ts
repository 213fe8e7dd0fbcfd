import { randomUUID } from 'node:crypto'
import { recordFor } from '../relay/clevertap/record.ts'
import { sampleRecord } from '../relay/clevertap/sample-record.ts'
import { platformOf, platforms } from '../wire/platform.ts'
import type { Token, TokenRecord, TokenType } from '../wire/record.ts'

/** The token of the documented samples. It is valid for every type. */
const sampleId = sampleRecord.tokenData.id

/** One probe: a record that CleverTap accepts or refuses. */
export interface Probe {
  /** `type`: counts for the result. `detail`: is reported only. */
  kind: 'type' | 'detail'
  name: string
  type: TokenType
  record: TokenRecord
}

/** The objectIds of the documented samples, each with the prefix of its platform. */
const sampleObjectIds: Readonly<Record<TokenType, string>> = {
  chrome: 'QBOpVJZmKilRAzfaiVS86Tovxm75lHxg',
  fcm: sampleRecord.objectId,
  gcm: '__QlXHaDHBZxZPLEMpPo6VvwdZ7FnbGvWA',
  apns: '-HwB9gZWb3RcKhXCQ222FhAhkjeYQs0Hj',
  wns: '~9XrS4Dy6GsnDbdX98Ijs63kEtJDQbhJA',
  mpns: '~y9MqjkDGRfbzwwH8fZI6LIXgTKaEPxHr',
}

/** The keys of the documented Chrome record in canonical form. */
const sampleKeys = {
  p256dh: 'BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds',
  auth: '5I2Bu2oKdyy9CwL8QVF0NQ',
}
/** The format of the last path segment of Mozilla's endpoints. */
const mozillaId = `gAAAAABm${'Zk3sQ9vXy2LrT7pW'.repeat(9)}`

/** The first given profile of the type's platform, else the documented sample's objectId. */
const objectIdFor = (type: TokenType, given: readonly string[]): string =>
  given.find((one) => (platformOf(one)?.prefix ?? '') === platforms[type].prefix) ?? sampleObjectIds[type]

const sampleToken = (type: TokenType): Token =>
  type === 'chrome' ? { type, id: sampleId, keys: sampleKeys } : { type, id: sampleId }

/**
 * The probes of `pushferry check`, each with one record. The details answer questions about Chrome tokens and dry runs that
 * CleverTap's documentation leaves open.
 */
export const checkProbes = (
  types: readonly TokenType[],
  objectIds: readonly string[],
  padding: 'padded' | 'unpadded',
): readonly Probe[] => {
  const own = types.map((type): Probe => {
    const record = recordFor(objectIdFor(type, objectIds), sampleToken(type), padding)
    return { kind: 'type', name: type, type, record }
  })
  const detail = (name: string, type: TokenType, record: TokenRecord): Probe => ({ kind: 'detail', name, type, record })
  const details: Probe[] = []
  if (types.includes('chrome')) {
    const objectId = objectIdFor('chrome', objectIds)
    const other = padding === 'padded' ? 'unpadded' : 'padded'
    details.push(
      detail(`chrome, keys ${other}`, 'chrome', recordFor(objectId, sampleToken('chrome'), other)),
      detail('chrome, no keys', 'chrome', recordFor(objectId, { type: 'chrome', id: sampleId }, padding)),
      detail(
        'chrome, a Firefox token',
        'chrome',
        recordFor(objectId, { type: 'chrome', id: mozillaId, keys: sampleKeys }, padding),
      ),
    )
  }
  const [first] = types
  if (first && objectIds.length > 0) {
    const nobody = `${platforms[first].prefix}${randomUUID().replaceAll('-', '')}`
    details.push(
      detail(`${first}, a profile that does not exist`, first, recordFor(nobody, sampleToken(first), padding)),
    )
  }
  return [...own, ...details]
}
