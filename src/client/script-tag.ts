import { clevertapSdk } from './clevertap-sdk.ts'
import { createPush } from './create-push.ts'
import type { Push } from './push.ts'
import { findSettings } from './tag-settings.ts'

/**
 * The script tag: makes a client from the attributes of its tag, or from `self.PUSHFERRY`, as the global `pushferry`, and
 * runs `sync()`.
 *
 *     <script async src="https://push.example.com/pushferry.min.js"></script>
 *
 * - `data-relay`: default, the origin that the script came from
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
type Client = Push & { createPush: typeof createPush }

const kept = Symbol.for('pushferry')
// The cast: TypeScript does not know our global.
const page = self as Page
const before = page.pushferry
const { auto = true, relay, fallback: named, ...others } = findSettings()
const fallback = named === 'clevertap-sdk' ? clevertapSdk() : named

// Evaluated again, by a navigation of Turbo's or a second tag, it is one client still.
const client = page[kept] ?? (relay ? { ...createPush({ ...others, relay, fallback }), createPush } : undefined)
if (client) {
  page[kept] = page.pushferry = client
  // The cast: only the page writes its stub, and the verbs are what it names.
  for (const [name, values, resolve] of Array.isArray(before?.q) ? before.q : [])
    if (Object.hasOwn(client, name)) resolve((client[name as 'sync'] as (...values: unknown[]) => unknown)(...values))
  if (auto) client.sync().catch(() => {})
} else {
  // A stub keeps what was called, for a script that knows its relay.
  page.pushferry = { ...before, createPush }
  console.error('Pushferry: set data-relay, or PUSHFERRY.relay before the script.')
}
