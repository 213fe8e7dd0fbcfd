import { clevertapSdk } from './clevertap-sdk.ts'
import { createPush } from './create-push.ts'
import type { Options } from './options.ts'
import type { Push } from './push.ts'
import { findSettings, plain } from './tag-settings.ts'

/**
 * The script tag: makes a client from the attributes of its tag, or from `self.PUSHFERRY`, as the global `pushferry`, and
 * runs `sync()`.
 *
 *     <script async src="https://push.example.com/pushferry.min.js"></script>
 *
 * - `data-relay`: default, the origin that the script came from, if it has our name
 * - `data-service-worker`, `data-scope`, `data-vapid-key`, `data-object-id`: as the options of `createPush`
 * - `data-fallback="clevertap-sdk"`: hands what the relay does not accept to the CleverTap Web SDK on the page
 * - `data-debug`: prints each step to the console
 * - `data-auto="false"`: does not run `sync()` on load
 *
 * `self.PUSHFERRY`, set before it, has the same by the option names of `createPush`, and `auto`; functions too. What both
 * say, the attributes win.
 *
 * The global has the verbs of `createPush`'s client, and `createPush` itself.
 *
 * To call it before it has loaded, put this stub (less than 200 bytes) in front of the tag. Its verbs return promises,
 * `onChange` too, and are replayed in order:
 *
 *     (p=>{self.pushferry=p;for(let m of["register","sync","status","unregister","onChange"])p[m]=(...a)=>new Promise(r=>p.q.push([m,a,r]))})({q:[]})
 */
interface Page {
  /** Ours, or a stub, or whatever else has that name: an element with it as its `id`. */
  pushferry?: Partial<Client> & { q?: unknown }
  /** Ours, where a stub that is evaluated again does not replace it. */
  [kept]?: Client
}
/** A call that the stub has kept: a verb, its arguments, and the function that settles its promise. */
type Call = [verb: 'sync', values: [], resolve: (result: unknown) => void]
type Client = Push & { createPush: typeof createPush }

const kept = Symbol.for('pushferry')
// The cast: TypeScript does not know our global.
const page = self as Page
const before = plain(page.pushferry)
const { auto = true, fallback: named, ...others } = findSettings()
const fallback = named === 'clevertap-sdk' ? clevertapSdk() : named

try {
  // Evaluated again, by a navigation of Turbo's or a second tag, it is one client still. The cast: `createPush` refuses
  // settings without a relay.
  const client = page[kept] ?? { ...createPush({ ...others, fallback } as Options), createPush }
  page[kept] = page.pushferry = client
  // The cast: what the page wrote into its stub. A call that is none stops neither the others nor the repair.
  for (const call of [before?.q].flat())
    (async ([name, values, resolve]: Call) => resolve(client[name](...values)))(call as Call).catch(() => {})
  if (auto) client.sync().catch(() => {})
} catch (cause) {
  // A stub keeps what was called, for a script that knows its relay.
  page.pushferry = { ...before, createPush }
  console.error(`Pushferry: ${cause}; check data-relay or PUSHFERRY`)
}
