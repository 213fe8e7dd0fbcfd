import { createPush } from './create-push.ts'
import type { Options } from './options.ts'

/**
 * The script tag: makes a client from the attributes of its tag, as the global `pushferry`, and runs `sync()`.
 *
 *     <script async src="https://push.example.com/pushferry.min.js"></script>
 *
 * - `data-relay`: default, the origin that the script came from
 * - `data-service-worker`, `data-vapid-key`, `data-object-id`: as the options of `createPush`
 * - `data-auto="false"`: does not run `sync()` on load
 *
 * The global has the verbs of `createPush`'s client, and `createPush` itself for the options that no attribute can carry
 * (`ticket`, a function as `objectId`).
 *
 * To call it before it has loaded, put this stub (less than 200 bytes) in front of the tag. Its verbs return promises,
 * `onChange` too, and are replayed in order:
 *
 *     (p=>{self.pushferry=p;for(let m of["register","sync","status","unregister","onChange"])p[m]=(...a)=>new Promise(r=>p.q.push([m,a,r]))})({q:[]})
 */
type Call = [name: keyof typeof push, values: unknown[], resolve: (result: unknown) => void]

/** The page, before and after. */
type Page = { pushferry?: { q?: Call[]; createPush?: unknown } }

const {
  src,
  dataset: { relay = new URL(src).origin, serviceWorker, vapidKey: vapidPublicKey, objectId, auto },
} = document.currentScript as HTMLScriptElement
// The cast: an attribute that is missing is `undefined`, which every option takes for its default.
const push = { ...createPush({ relay, serviceWorker, vapidPublicKey, objectId } as Options), createPush }
for (const [name, values, resolve] of (self as Page).pushferry?.q ?? [])
  resolve((push[name] as (...values: unknown[]) => unknown)(...values))
;(self as Page).pushferry = push
if (auto !== 'false') push.sync().catch(() => {})
