// Opens a store after a simulated power cut, and compares it with the relay's promises.
import { openSqliteStore } from '../../dist/relay/store/sqlite/store.js'

const reader = 'power-check'

/** The queued tokens, by objectId. */
const readQueue = async (store, account) => {
  await store.takeOver((await store.holders()).map(({ id, heartbeat }) => ({ id, heartbeat })))
  await store.join(reader, '{}')
  const tokens = new Map()
  for (;;) {
    const batch = await store.lease({ account, holder: reader, max: 100, batches: 10, flushMs: 0 })
    if (!('entries' in batch)) return tokens
    for (const { objectId, token } of batch.entries) tokens.set(objectId, token.id)
  }
}

const check = async (store, account, allowed) => {
  const faults = []
  const counts = await store.counts(account)
  const queue = await readQueue(store, account)
  const counted = counts.queued.live + counts.queued.unproved + counts.queued.import + counts.uploading
  if (counted !== queue.size) faults.push(`${counted} rows are counted as waiting, ${queue.size} wait`)
  for (const [objectId, states] of allowed) {
    const row = await store.find(account, objectId)
    if (!row) {
      if (!states.includes(null)) faults.push(`${objectId} is missing`)
      continue
    }
    const waiting = queue.get(objectId)
    // A completed row has only a fingerprint. Putting a token shows whether it is the same: the store answers `unchanged`. That
    // works for one token only, because another one would replace the row.
    const [token, ...later] = states.filter((state) => state !== null)
    const isRight = waiting
      ? states.includes(waiting)
      : token !== undefined &&
        (later.length > 0 || states.length > 1 || (await isSame(store, account, objectId, token)))
    if (!isRight) faults.push(`${objectId} has ${waiting ? 'an older token' : `another token and is ${row.state}`}`)
  }
  return faults
}

const isSame = async (store, account, objectId, id) => {
  const [answer] = await store.put([
    {
      account,
      objectId,
      token: { id, type: 'fcm' },
      priority: 'live',
      // The store answers a `trusted` sender before it compares the tokens.
      sender: 'ticket',
      replaceLive: true,
      warnings: [],
    },
  ])
  return answer.result === 'unchanged'
}

/** Broken promises of the store in this file, as sentences; empty when it kept all of them. */
export const findFaults = async (path, account, allowed) => {
  let store
  try {
    store = await openSqliteStore(path, {})
    return await check(store, account, allowed)
  } catch (error) {
    return [`it does not open or answer: ${error.message}`]
  } finally {
    await store?.close()
  }
}
