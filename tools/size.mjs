// npm run size: compares the built browser files with their budgets (gzip -9, without a file name in the header), and lists other
// products' sizes. Fails when a file is larger than allowed.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { requireBuild } from './require-build.mjs'

requireBuild()
const root = dirname(dirname(fileURLToPath(import.meta.url)))
/**
 * `most` is the largest allowed size of a file, which may be over its budget. The cost of each part of the page script is the
 * gzipped bytes that the script is smaller without it (November 2026): fallback 510 (CleverTap's SDK 270 of them); sentences as
 * messages 290; key cookie 340 (restoring a lost row from it 120 of them); finding the tag, `self.PUSHFERRY` and attributes 190;
 * back-off and `Retry-After` 160; telling errors of `PushManager` apart 125; the ID from the SDK 105; `getSnapshot` and
 * `onChange` 105; refusing unknown options 100 (the nearest name 55 of them); decoding rows 100; `debug` 95; VAPID key of the
 * relay 90; tickets 85; a second evaluation and the stub 80; the reason why push cannot work 80; Trusted Types 70; a second try
 * to subscribe 55; `signed-out` and `permission-revoked` 55; checking the form of reasons 45; Web Locks 45. Names cost nearly
 * nothing: all 15 `timeoutMs` together 8 bytes.
 *
 * Rejected, with the difference in bytes: Terser's other settings (5), `let` for `const` (20), oxc's minifier after Terser (25),
 * mangling the names of inner properties (25 to 40, but it needs a list of them), decoding the row member by member without a
 * loop (50 in each script). Also rejected: a list of the relay's problem codes in both scripts, which costs 127 and 167; only
 * their form is checked instead.
 */
const budgets = [
  { what: 'page script', file: 'pushferry.min.js', budget: 4500, most: 5700 },
  { what: 'worker script, with display', file: 'pushferry-sw.min.js', budget: 2700, most: 2700 },
  { what: 'soft prompt', file: 'pushferry-prompt.min.js', budget: 2200, most: 2200 },
]
/**
 * Bytes that visitors of other products download to subscribe (gzip): page, worker. Bundled with esbuild 0.28.2, minified
 * with terser 5.51.2, gzip -9 -n, in November 2026; files `as published` without their source-map comment.
 */
const peers = [
  ['hand-written happy path, no retry, no repair', 366, 208],
  ['MagicBell webpush 2.1.0 (worker on its CDN)', 1487, undefined],
  ['Pusher Beams 2.1.0', 8060, 1933],
  ['Pushwoosh 3.55.0', 12311, 10866],
  ['Notificare 4.0.1', 13997, 5623],
  ['Firebase Messaging 13.2.0', 14510, 15285],
  ['OneSignal 160608, with its styles', 50374, 12730],
  ['CleverTap Web SDK 2.5.2, as published', 82589, 9819],
]

const bytes = (/** @type {number | undefined} */ n) => (n === undefined ? '?' : n.toLocaleString('en')).padStart(8)
let failed = false
console.log('gzip -9, bytes                                      size   budget')
for (const { what, file, budget, most } of budgets) {
  const size = gzipSync(readFileSync(join(root, 'dist/browser', file)), { level: 9 }).length
  failed ||= size > most
  const verdict = size > most ? `  OVER ${most}` : size > budget ? `  over budget, allowed up to ${most}` : ''
  console.log(`${`${what} (${file})`.padEnd(48)}${bytes(size)} ${bytes(budget)}${verdict}`)
}
console.log('\ndownloads to subscribe with other products          page   worker')
for (const [name, page, worker] of peers) console.log(`${String(name).padEnd(48)}${bytes(page)} ${bytes(worker)}`)
console.log(
  '\nThe peers were bundled with esbuild 0.28.2, minified with terser 5.51.2 and weighed with gzip -9 -n in November 2026.',
)
process.exitCode = failed ? 1 : 0
