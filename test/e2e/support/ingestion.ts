import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import lzString from 'lz-string'
import { createEventLog, type EventLog } from './event-log.ts'
import type { Tab } from './push-browser.ts'
import { type SiteFile, script } from './site.ts'

declare global {
  /** CleverTap's Web SDK, once it runs. */
  var clevertap: { getCleverTapID(): string | null; onUserLogin: { push(profile: object): void } }
}

/** A request of CleverTap's Web SDK to its ingestion host. */
export interface IngestionEvent {
  readonly what: 'request'
  /** `page`, `push` for events and profiles, `data` for tokens. */
  readonly type: string | null
  /** The CleverTap ID that it is sent under; `null` while the SDK has none. */
  readonly id: string | null
  /** Where the page is that sent it. */
  readonly origin: string | null
  /** What it sends, decompressed. */
  readonly data: Readonly<Record<string, unknown>>
}

/** A recording stand-in for CleverTap's ingestion host, which gives out IDs. */
export interface Ingestion {
  readonly log: EventLog<IngestionEvent>
  /** The next ID that it gives out: to a page without one, and to somebody who logs in. */
  nextId: string
}

const host = 'clevertap.invalid'

const read = (url: URL): IngestionEvent => {
  const { searchParams } = url
  // `URLSearchParams` reads the alphabet's `+` as a space.
  const text = lzString.decompressFromBase64((searchParams.get('d') ?? '').replaceAll(' ', '+')) || '{}'
  return {
    what: 'request',
    type: searchParams.get('type'),
    id: searchParams.get('gc'),
    origin: searchParams.get('origin'),
    // The cast: the SDK sends objects, and the tests look at the members that they name.
    data: JSON.parse(text) as IngestionEvent['data'],
  }
}

/** Answers this tab's requests to the ingestion host, as its scripts do, from now on. Once for each tab. */
export const startIngestion = async (tab: Tab): Promise<Ingestion> => {
  const ingestion: Ingestion = { log: createEventLog<IngestionEvent>('ingestion'), nextId: 'anonymous' }
  let session = Math.floor(Date.now() / 1000)
  await tab.answerFor(`https://eu1.${host}`, (url) => {
    const event = read(url)
    ingestion.log.add(event)
    if (event.type === 'data') return ''
    // As for an identity that CleverTap knows: the browser gets that profile's ID.
    const isLogin = event.data.type === 'profile'
    const id = isLogin || !event.id ? ingestion.nextId : event.id
    return `$WZRK_WR.s(${JSON.stringify(id)}, ${++session}, ${isLogin}, ${Number(url.searchParams.get('rn'))})`
  })
  return ingestion
}

/** The SDK itself, as npm has it. */
export const sdkFile = (): SiteFile =>
  script(readFileSync(createRequire(import.meta.url).resolve('clevertap-web-sdk/clevertap.min.js'), 'utf8'))

/** What CleverTap's documents tell to paste, with the stand-in in place of its host. */
export const sdkTag = `<script>var clevertap = {
  event: [], profile: [], onUserLogin: [], notifications: [], privacy: [],
  account: [{ id: 'TEST-000-000-000Z' }, 'eu1', '${host}'],
}</script>
<script async src="/clevertap.min.js"></script>`
