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
 * `self.PUSHFERRY`, set before the tag, takes the same settings under the option names of `createPush`, and `auto`; its values
 * may be functions. Where both have a setting, the attribute wins.
 *
 * The global has the verbs of `createPush`'s client, and `createPush` itself.
 *
 * To call it before it has loaded, put this stub (less than 200 bytes) in front of the tag. Its verbs return promises,
 * `onChange` too, and are replayed in order:
 *
 *     (p=>{self.pushferry=p;for(let m of["register","sync","status","unregister","onChange"])p[m]=(...a)=>new Promise(r=>p.q.push([m,a,r]))})({q:[]})
 */
interface Page {
  /** Our client, a stub, or anything else with that name, such as an element with this `id`. */
  pushferry?: Partial<Client> & { q?: unknown }
  /** Our client, under a key that a stub which is evaluated again does not overwrite. */
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
  // If the script is evaluated again (by Turbo's navigation or a second tag), it keeps the first client. The cast: `createPush`
  // refuses settings without a relay.
  const client = page[kept] ?? { ...createPush({ ...others, fallback } as Options), createPush }
  page[kept] = page.pushferry = client
  // The cast: the page's stub may hold anything. An invalid call stops neither the others nor the repair.
  for (const call of [before?.q].flat())
    (async ([name, values, resolve]: Call) => resolve(client[name](...values)))(call as Call).catch(() => {})
  if (auto) client.sync().catch(() => {})
} catch (cause) {
  // The stub keeps its calls for a later script that has a relay.
  page.pushferry = { ...before, createPush }
  console.error(`Pushferry: ${cause}; check data-relay or PUSHFERRY`)
}
