// Rows per second that one process leases and completes, 100 at a time, from a queue of `queued` rows.
import { openStore } from '../../dist/relay/store/open.js'

const account = 'BENCH'
const holder = 'the-benchmark'

export const measureClaims = async (location, queued) => {
  const store = await openStore(location, { maxQueued: 1e9 })
  const entries = Array.from({ length: queued }, (_, at) => ({
    account,
    objectId: `__claimed-${Math.random()}-${at}`,
    token: { type: 'fcm', id: `${at}`.padEnd(150, 'x') },
    priority: 'live',
    sender: 'trusted',
    replaceLive: true,
    warnings: [],
  }))
  for (let at = 0; at < queued; at += 1000) await store.put(entries.slice(at, at + 1000))
  await store.join(holder, '{}')
  const from = performance.now()
  let claimed = 0
  for (;;) {
    const leased = await store.lease({ account, holder, max: 100, flushMs: 0 })
    if (!('entries' in leased)) break
    const outcome = { kind: 'accepted' }
    await store.complete(
      holder,
      leased.entries.map(({ objectId, generation }) => ({ account, objectId, generation, outcome })),
    )
    claimed += leased.entries.length
  }
  const perSecond = claimed / ((performance.now() - from) / 1000)
  await store.leave(holder)
  await store.close()
  return Math.round(perSecond)
}
