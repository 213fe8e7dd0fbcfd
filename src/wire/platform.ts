import type { TokenType } from './record.ts'

/** A kind of device, as CleverTap IDs show it. */
export interface Platform {
  /** The beginning of its CleverTap IDs; empty for browsers. */
  prefix: string
  /** Its name with an article, for messages. */
  name: string
}

const android: Platform = { prefix: '__', name: 'an Android' }
const windows: Platform = { prefix: '~', name: 'a Windows' }

/** The platform of each token type. Source of the prefixes: the samples in CleverTap's documentation, which all agree. */
export const platforms: Readonly<Record<TokenType, Platform>> = {
  chrome: { prefix: '', name: 'a web' },
  apns: { prefix: '-', name: 'an iOS' },
  gcm: android,
  fcm: android,
  wns: windows,
  mpns: windows,
}

const withPrefix = Object.values(platforms).filter(({ prefix }) => prefix !== '')

/** The platform whose prefix a CleverTap ID has. `undefined` without a prefix: it may then belong to any platform. */
export const platformOf = (objectId: string): Platform | undefined =>
  withPrefix.find(({ prefix }) => objectId.startsWith(prefix))
