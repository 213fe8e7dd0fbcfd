import { apiOrigin, listenHost, proxyRange, region, storeLocation, websiteOrigin, webType } from './address-kinds.ts'
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
 * One setting. `account` settings in the environment hold for every account; in the `PUSHFERRY_CONFIG` file they hold for
 * one account.
 */
export interface Setting<T> {
  scope: 'process' | 'account'
  kind: Kind<T>
  /** The default as the environment would hold it; undefined where there is none. */
  shownDefault: string | undefined
  defaultValue: T
  /** A secret can also be read from a file, whose path is in the variable with the suffix `_FILE`. */
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

/** All settings: parser, default and documentation. */
export const settings = {
  CLEVERTAP_ACCOUNT_ID: optional(
    matching(
      /^[\w.-]{1,64}$/,
      'the account id that the CleverTap dashboard shows, at most 64 letters, digits, dots, - and _',
    ),
    {
      scope: 'account',
      doc: 'The CleverTap account (dashboard: Settings, Project). Required.',
    },
  ),
  CLEVERTAP_PASSCODE: optional(headerSecret, {
    scope: 'account',
    secret: true,
    doc: 'A passcode of the account; create a separate one for the relay. Required.',
  }),
  CLEVERTAP_REGION: withDefault(region, 'eu1', {
    scope: 'account',
    doc: "The account's region: the first word of the dashboard's address.",
  }),
  CLEVERTAP_URL: optional(apiOrigin, {
    scope: 'account',
    doc: "The API's origin; the relay appends /1/upload. If it is set, CLEVERTAP_REGION is validated but not used.",
  }),
  PUSHFERRY_HOST: withDefault(listenHost, '127.0.0.1', {
    scope: 'process',
    doc: 'Address to listen on; 0.0.0.0 or :: for all.',
  }),
  PUSHFERRY_PORT: withDefault(wholeNumber(0, 65_535), '8080', {
    scope: 'process',
    doc: 'Port to listen on; 0 for any free port.',
  }),
  PUSHFERRY_STORE: withDefault(storeLocation, 'sqlite:pushferry.db', {
    scope: 'process',
    secret: true,
    doc: 'The database: a SQLite file, or PostgreSQL for several relays.',
  }),
  PUSHFERRY_CONFIG: optional(matching(/^[^\0]+$/, 'the path of a JSON file'), {
    scope: 'process',
    doc: 'Path of a JSON file {"accounts":[…]} with the account settings of several accounts, by the names of this table.',
  }),
  PUSHFERRY_ORIGINS: listWithDefault(websiteOrigin, {
    scope: 'account',
    doc: 'Origins of the websites that may register browsers.',
  }),
  PUSHFERRY_API_KEYS: optional(apiKeys, {
    scope: 'account',
    secret: true,
    doc: 'API keys for backends, each KEY or name:KEY; logs and metrics show the name.',
  }),
  PUSHFERRY_ADMIN_KEY: optional(headerSecret, {
    scope: 'process',
    secret: true,
    doc: 'Password for /metrics and the status page; both are closed without it.',
  }),
  PUSHFERRY_TICKETS: withDefault(oneOf('off', 'required'), 'off', {
    scope: 'account',
    doc: 'Whether a browser needs a ticket that the site has signed.',
  }),
  PUSHFERRY_TICKET_KEY: optional(ticketKeys, {
    scope: 'account',
    secret: true,
    doc: 'Key that verifies tickets: a shared secret (HS256), a PEM public key or a JWKS (ES256, EdDSA; several keys).',
  }),
  PUSHFERRY_TICKET_AUDIENCE: optional(matching(/^\S{1,255}$/, 'a string of at most 255 characters without spaces'), {
    scope: 'account',
    doc: 'Required aud claim of tickets.',
  }),
  PUSHFERRY_SECRET: optional(matching(/^[^\r\n]{1,4096}$/, 'one line of at most 4096 characters'), {
    scope: 'process',
    secret: true,
    doc: 'Secret from which registration keys are derived; by default generated once and kept in the store.',
  }),
  PUSHFERRY_VAPID_PUBLIC_KEY: optional(vapidPublicKey, {
    scope: 'account',
    doc: "CleverTap's public web push key; pages read it from /v1/config.",
  }),
  PUSHFERRY_WEB_TYPES: listWithDefault(webType, {
    scope: 'account',
    doc: "Push services accepted besides Google's, each with the token type for its uploads.",
  }),
  PUSHFERRY_KEY_PADDING: withDefault(oneOf('padded', 'unpadded'), 'padded', {
    scope: 'account',
    doc: 'Whether p256dh and auth are sent to CleverTap with = padding.',
  }),
  PUSHFERRY_UPLOAD_CONCURRENCY: withDefault(wholeNumber(1, 15), '3', {
    scope: 'account',
    doc: 'Limit of requests to CleverTap in flight, for all relays of the store together. From 8 on a separate thread sends them, which takes 20 MB.',
  }),
  PUSHFERRY_UPLOAD_BATCH: withDefault(wholeNumber(1, 100), '100', {
    scope: 'account',
    doc: 'Largest number of records in one upload request.',
  }),
  PUSHFERRY_UPLOAD_TIMEOUT_MS: withDefault(milliseconds(1, 600_000), '30000', {
    scope: 'account',
    doc: 'Timeout for one upload request.',
  }),
  PUSHFERRY_FLUSH_MS: withDefault(milliseconds(0, 3_600_000), '1000', {
    scope: 'account',
    doc: 'Longest wait of a due record for a full batch.',
  }),
  PUSHFERRY_RETRY_BASE_MS: withDefault(milliseconds(1, day), '1000', {
    scope: 'account',
    doc: 'Upper bound of the first wait after a failed request; it doubles with each failure.',
  }),
  PUSHFERRY_RETRY_MAX_MS: withDefault(milliseconds(1, day), '300000', {
    scope: 'account',
    doc: 'Upper bound of every wait after failed requests, also of a Retry-After.',
  }),
  PUSHFERRY_DEFER: withDefault(listOf(duration), '1m,10m,1h,6h,24h', {
    scope: 'account',
    doc: 'Waits before each retry of a record whose profile may not be live yet; after the last retry the record is rejected.',
  }),
  PUSHFERRY_LEASE_MS: withDefault(milliseconds(100, day), '60000', {
    scope: 'process',
    doc: "Time without a heartbeat after which other relays take over a relay's uploads.",
  }),
  PUSHFERRY_MAX_QUEUED: withDefault(wholeNumber(1, 1_000_000_000), '1000000', {
    scope: 'process',
    doc: 'Limit of queued records of senders who prove themselves, per account; above it the relay answers 503. An import gets the capacity that the others leave free, and waits for it.',
  }),
  PUSHFERRY_MAX_UNPROVED: withDefault(wholeNumber(1, 1_000_000_000), '100000', {
    scope: 'process',
    doc: 'Limit of queued records of browsers that prove nothing, per account; above it the oldest deferred one is evicted.',
  }),
  PUSHFERRY_KEEP_REJECTED: withDefault(duration, '30d', {
    scope: 'process',
    doc: 'Time for which rejected records are kept; at most 100,000 per account.',
  }),
  PUSHFERRY_TAKEOVER: withDefault(oneOf('refuse', 'accept'), 'refuse', {
    scope: 'account',
    doc: 'Whether a browser without the registration key may replace the token of an objectId, for sites that give one objectId to several browsers.',
  }),
  PUSHFERRY_KEY_IDLE: withDefault(durationFrom(1), '30d', {
    scope: 'account',
    doc: "Time after the last confirmation by an objectId's browser from which another browser may claim it. Pages confirm once a week, so less than 15d also affects browsers that still visit.",
  }),
  PUSHFERRY_RATE_LIMIT: withDefault(wholeNumber(0, 1_000_000_000), '60', {
    scope: 'process',
    doc: 'Browser requests per minute for each IPv4 address or IPv6 /64 and for each objectId; larger networks have multiples of it; 0 for no limit.',
  }),
  PUSHFERRY_CONNECTIONS_PER_ADDRESS: withDefault(wholeNumber(0, 1_000_000), '256', {
    scope: 'process',
    doc: 'Open connections per IPv4 address or IPv6 /64; above it the relay closes an idle one. Trusted proxies have no limit; 0 for no limit.',
  }),
  PUSHFERRY_KEEP_ALIVE_MS: withDefault(milliseconds(1_000, 3_600_000), '65000', {
    scope: 'process',
    doc: "Time after which an idle connection is closed. Set it longer than the load balancer's, such as 620s for Google's.",
  }),
  PUSHFERRY_TRUST_PROXY: listWithDefault(proxyRange, {
    scope: 'process',
    doc: 'Proxies whose X-Forwarded-For and X-Forwarded-Host headers are trusted.',
  }),
  PUSHFERRY_VERIFY: withDefault(share, '0', {
    scope: 'account',
    doc: "Share of the accepted records that the relay verifies with CleverTap's profile API.",
  }),
  PUSHFERRY_LOG_LEVEL: withDefault(oneOf('debug', 'info', 'warn', 'error'), 'info', {
    scope: 'process',
    doc: 'Lowest level of the lines that are logged.',
  }),
} as const satisfies Record<string, Setting<unknown>>

export type Settings = typeof settings
export type SettingName = keyof Settings
export type SettingValue<Name extends SettingName> = Settings[Name]['defaultValue']

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(settings, name)
