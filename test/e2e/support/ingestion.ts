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
  /** The origin of the page that sent it. */
  readonly origin: string | null
  /** The data of the request, decompressed. */
  readonly data: Readonly<Record<string, unknown>>
}

/** A fake of CleverTap's ingestion host that records requests and assigns IDs. */
export interface Ingestion {
  readonly log: EventLog<IngestionEvent>
  /** The next ID that it assigns: to a page without one, and to a user who logs in. */
  nextId: string
}

const host = 'clevertap.invalid'

const read = (url: URL): IngestionEvent => {
  const { searchParams } = url
  // `URLSearchParams` decodes `+`, which is in this base64 alphabet, as a space.
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

/** Answers this tab's requests to the ingestion host from now on, with scripts as the real host does. Once for each tab. */
export const startIngestion = async (tab: Tab): Promise<Ingestion> => {
  const ingestion: Ingestion = { log: createEventLog<IngestionEvent>('ingestion'), nextId: 'anonymous' }
  let session = Math.floor(Date.now() / 1000)
  await tab.answerFor(`https://eu1.${host}`, (url) => {
    const event = read(url)
    ingestion.log.add(event)
    if (event.type === 'data') return ''
    // A login gets the ID of a known profile, as from CleverTap.
    const isLogin = event.data.type === 'profile'
    const id = isLogin || !event.id ? ingestion.nextId : event.id
    return `$WZRK_WR.s(${JSON.stringify(id)}, ${++session}, ${isLogin}, ${Number(url.searchParams.get('rn'))})`
  })
  return ingestion
}

/** The real SDK from npm. */
export const sdkFile = (): SiteFile =>
  script(readFileSync(createRequire(import.meta.url).resolve('clevertap-web-sdk/clevertap.min.js'), 'utf8'))

/** The snippet from CleverTap's documentation, with the fake in place of its host. */
export const sdkTag = `<script>var clevertap = {
  event: [], profile: [], onUserLogin: [], notifications: [], privacy: [],
  account: [{ id: 'TEST-000-000-000Z' }, 'eu1', '${host}'],
}</script>
<script async src="/clevertap.min.js"></script>`
