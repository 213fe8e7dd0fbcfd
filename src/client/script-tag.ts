import { clevertapSdk } from './clevertap-sdk.ts'
import { createPush } from './create-push.ts'
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
  pushferry?: {
    q?: unknown
    createPush?: unknown
    sync?(): Promise<unknown>
  }
}

const page = self as Page
const before = page.pushferry
const queue = Array.isArray(before?.q) ? before.q : []
const { auto = true, relay, ...others } = findSettings({ 'clevertap-sdk': clevertapSdk() })
const ignore = () => {}

if (typeof before?.createPush === 'function' && !before.q) {
  // Evaluated before, by a navigation of Turbo's or a second tag: one client.
  if (auto) before.sync?.().catch(ignore)
} else if (relay) {
  const push = { ...createPush({ ...others, relay }), createPush }
  page.pushferry = push
  // The cast: only the page writes its stub, and the verbs are what it names.
  for (const [name, values, resolve] of queue)
    if (Object.hasOwn(push, name)) resolve((push[name as 'sync'] as (...values: unknown[]) => unknown)(...values))
  if (auto) push.sync().catch(ignore)
} else {
  // A stub keeps what was called, for a script that knows its relay.
  page.pushferry = Object.assign(Array.isArray(before?.q) ? before : {}, { createPush })
  console.error('Pushferry: set data-relay on the script tag, or self.PUSHFERRY = { relay } before it.')
}
