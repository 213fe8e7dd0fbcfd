import { apiOrigin, proxyRange, region, storeLocation, websiteOrigin, webType } from './address-kinds.ts'
import { apiKeys, headerSecret, ticketKeys, vapidPublicKey } from './key-kinds.ts'
import {
  duration,
  durationFrom,
  type Kind,
  listOf,
  matching,
  milliseconds,
  oneOf,
  share,
  wholeNumber,
} from './kinds.ts'

/**
 * One thing that the relay can be told. `account` settings may stand in the environment, and there they are for every
 * account, or in one account of the `PUSHFERRY_CONFIG` file.
 */
export interface Setting<T> {
  scope: 'process' | 'account'
  kind: Kind<T>
  /** As it is written in the environment; undefined where nothing is the default. */
  shownDefault: string | undefined
  defaultValue: T
  /** A secret may also be given as a file, by the name with `_FILE`. */
  secret: boolean
  /** One sentence for the documentation. */
  doc: string
}

type About = Pick<Setting<unknown>, 'scope' | 'doc'> & { secret?: true }

const optional = <T>(kind: Kind<T>, { scope, doc, secret }: About): Setting<T | undefined> => ({
  scope,
  kind,
  shownDefault: undefined,
  defaultValue: undefined,
  secret: secret ?? false,
  doc,
})

const withDefault = <T>(kind: Kind<T>, shownDefault: string, about: About): Setting<T> => {
  const defaultValue = kind.read(shownDefault)
  if (defaultValue === undefined) throw new TypeError(`the default ${shownDefault} is not ${kind.allowed}`)
  return { ...optional(kind, about), kind, shownDefault, defaultValue }
}

const listWithDefault = <T>(entry: Kind<T>, about: About): Setting<readonly T[]> => {
  const kind = listOf(entry)
  return { ...optional(kind, about), kind, defaultValue: [] }
}

const day = 86_400_000

/** Every setting there is: what reads it, what it is without, and what the documentation says. */
export const settings = {
  CLEVERTAP_ACCOUNT_ID: optional(matching(/^[\w.-]{1,64}$/, 'the account id that the CleverTap dashboard shows'), {
    scope: 'account',
    doc: 'The CleverTap account (dashboard: Settings, Project). Required.',
  }),
  CLEVERTAP_PASSCODE: optional(headerSecret, {
    scope: 'account',
    secret: true,
    doc: 'A passcode of the account, best one of its own for the relay. Required.',
  }),
  CLEVERTAP_REGION: withDefault(region, 'eu1', {
    scope: 'account',
    doc: "The account's region, as in the dashboard's address.",
  }),
  CLEVERTAP_URL: optional(apiOrigin, {
    scope: 'account',
    doc: 'Where the API is, instead of the region: an origin to which /1/upload is appended.',
  }),
  PUSHFERRY_HOST: withDefault(matching(/^[\w.:-]{1,255}$/, 'a host name or an address'), '127.0.0.1', {
    scope: 'process',
    doc: 'Address to listen on; 0.0.0.0 or :: for all.',
  }),
  PUSHFERRY_PORT: withDefault(wholeNumber(0, 65_535), '8080', {
    scope: 'process',
    doc: 'Port to listen on; 0 takes a free one.',
  }),
  PUSHFERRY_STORE: withDefault(storeLocation, 'sqlite:pushferry.db', {
    scope: 'process',
    secret: true,
    doc: 'Where tokens are kept: a SQLite file, or PostgreSQL for several relays.',
  }),
  PUSHFERRY_CONFIG: optional(matching(/^[^\0]+$/, 'the path of a JSON file'), {
    scope: 'process',
    doc: 'A JSON file {"accounts":[…]} for several accounts, each with account settings by these same names.',
  }),
  PUSHFERRY_ORIGINS: listWithDefault(websiteOrigin, {
    scope: 'account',
    doc: 'Origins whose pages may register; none by default.',
  }),
  PUSHFERRY_API_KEYS: optional(apiKeys, {
    scope: 'account',
    secret: true,
    doc: 'Keys of the backends, each KEY or name:KEY; the name shows in logs and metrics.',
  }),
  PUSHFERRY_ADMIN_KEY: optional(headerSecret, {
    scope: 'process',
    secret: true,
    doc: 'Opens /metrics and the status page; without it they are closed.',
  }),
  PUSHFERRY_TICKETS: withDefault(oneOf('off', 'required'), 'off', {
    scope: 'account',
    doc: 'Whether a browser must show a ticket that the site signed.',
  }),
  PUSHFERRY_TICKET_KEY: optional(ticketKeys, {
    scope: 'account',
    secret: true,
    doc: 'What verifies tickets: a shared secret (HS256), a PEM public key or a JWKS (ES256, EdDSA; several keys at once).',
  }),
  PUSHFERRY_TICKET_AUDIENCE: optional(matching(/^\S{1,255}$/, 'a text without spaces'), {
    scope: 'account',
    doc: 'The aud that a ticket must carry.',
  }),
  PUSHFERRY_SECRET: optional(matching(/^[^\r\n]{1,4096}$/, 'one line of text'), {
    scope: 'process',
    secret: true,
    doc: 'What registration keys are derived from; made and kept in the store when absent.',
  }),
  PUSHFERRY_VAPID_PUBLIC_KEY: optional(vapidPublicKey, {
    scope: 'account',
    doc: "CleverTap's public web push key, handed to pages by /v1/config.",
  }),
  PUSHFERRY_WEB_TYPES: listWithDefault(webType, {
    scope: 'account',
    doc: "Push services that are taken beside Google's, and the type that they are uploaded as.",
  }),
  PUSHFERRY_KEY_PADDING: withDefault(oneOf('padded', 'unpadded'), 'padded', {
    scope: 'account',
    doc: 'Whether p256dh and auth are sent to CleverTap with = at their end.',
  }),
  PUSHFERRY_UPLOAD_CONCURRENCY: withDefault(wholeNumber(1, 15), '3', {
    scope: 'account',
    doc: 'Requests to CleverTap in flight, over all relays of the store. From 8 on a thread of its own sends them, for 20 MB.',
  }),
  PUSHFERRY_UPLOAD_BATCH: withDefault(wholeNumber(1, 100), '100', {
    scope: 'account',
    doc: 'Records in one request.',
  }),
  PUSHFERRY_UPLOAD_TIMEOUT_MS: withDefault(milliseconds(1, 600_000), '30000', {
    scope: 'account',
    doc: "How long CleverTap's answer is waited for.",
  }),
  PUSHFERRY_FLUSH_MS: withDefault(milliseconds(0, 3_600_000), '1000', {
    scope: 'account',
    doc: 'How long a batch that is not full waits for more.',
  }),
  PUSHFERRY_RETRY_BASE_MS: withDefault(milliseconds(1, day), '1000', {
    scope: 'account',
    doc: 'First wait after a failed request.',
  }),
  PUSHFERRY_RETRY_MAX_MS: withDefault(milliseconds(1, day), '300000', {
    scope: 'account',
    doc: 'Longest wait after failed requests.',
  }),
  PUSHFERRY_DEFER: withDefault(listOf(duration), '1m,10m,1h,6h,24h', {
    scope: 'account',
    doc: 'Waits before another try of a record whose profile may not be live yet; then it is rejected.',
  }),
  PUSHFERRY_LEASE_MS: withDefault(milliseconds(100, day), '60000', {
    scope: 'process',
    doc: 'How long a relay may stand still before another takes over what it was uploading.',
  }),
  PUSHFERRY_MAX_QUEUED: withDefault(wholeNumber(1, 1_000_000_000), '1000000', {
    scope: 'process',
    doc: 'Records of senders who prove themselves that may wait for upload in each account; more are answered with 503.',
  }),
  PUSHFERRY_MAX_UNPROVED: withDefault(wholeNumber(1, 1_000_000_000), '100000', {
    scope: 'process',
    doc: 'Records of browsers that prove nothing that may wait in each account; then the oldest that CleverTap has put off gives way.',
  }),
  PUSHFERRY_KEEP_REJECTED: withDefault(durationFrom(1), '30d', {
    scope: 'process',
    doc: 'How long rejected records are kept for another try: this long, and at most 100,000 in each account.',
  }),
  PUSHFERRY_TAKEOVER: withDefault(oneOf('refuse', 'accept'), 'refuse', {
    scope: 'account',
    doc: 'Whether a browser without the registration key may replace the token of an objectId, for sites that give one objectId to several browsers.',
  }),
  PUSHFERRY_KEY_IDLE: withDefault(durationFrom(15), '30d', {
    scope: 'account',
    doc: 'How long a registration key holds without a word from its browser; pages confirm theirs once a week.',
  }),
  PUSHFERRY_RATE_LIMIT: withDefault(wholeNumber(0, 1_000_000_000), '60', {
    scope: 'process',
    doc: 'Browser requests a minute for each IPv4 address or IPv6 /64 and for each objectId; networks have multiples of it; 0 for no limit.',
  }),
  PUSHFERRY_CONNECTIONS_PER_ADDRESS: withDefault(wholeNumber(0, 1_000_000), '256', {
    scope: 'process',
    doc: 'Connections of one IPv4 address or IPv6 /64 at a time; beyond it an idle one is closed. Trusted proxies have no limit; 0 for none at all.',
  }),
  PUSHFERRY_KEEP_ALIVE_MS: withDefault(milliseconds(1_000, 3_600_000), '65000', {
    scope: 'process',
    doc: "How long an idle connection is kept; longer than the balancer in front does, such as 620s for Google's.",
  }),
  PUSHFERRY_TRUST_PROXY: listWithDefault(proxyRange, {
    scope: 'process',
    doc: 'Proxies whose X-Forwarded-For and X-Forwarded-Host are believed; none by default.',
  }),
  PUSHFERRY_VERIFY: withDefault(share, '0', {
    scope: 'account',
    doc: 'Share of the accepted records that are looked up on their profile.',
  }),
  PUSHFERRY_LOG_LEVEL: withDefault(oneOf('debug', 'info', 'warn', 'error'), 'info', {
    scope: 'process',
    doc: 'The least serious lines that are logged.',
  }),
} as const satisfies Record<string, Setting<unknown>>

export type Settings = typeof settings
export type SettingName = keyof Settings
export type SettingValue<Name extends SettingName> = Settings[Name]['defaultValue']

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(settings, name)
