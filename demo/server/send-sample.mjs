import { setTimeout as wait } from 'node:timers/promises'

/** Far more than it takes; a relay that needs longer is in trouble, and the answer says so. */
const patienceMs = 20_000
const pauseMs = 50

/**
 * Posts records to the relay as a backend would, and waits until every one of them is settled.
 *
 * @param {import('./relay-calls.mjs').RelayCalls} relay
 * @param {{d: readonly {objectId: string}[]}} sample
 * @returns the relay's answer, and the state of each objectId when all were settled or patience was at its end
 */
export const sendSample = async (relay, sample) => {
  const answer = await relay.upload(JSON.stringify(sample))
  /** @type {Map<string, string>} */
  const states = new Map()
  const isSettled = (/** @type {string | undefined} */ state) => state === 'accepted' || state === 'rejected'
  for (const until = Date.now() + patienceMs; Date.now() < until; await wait(pauseMs)) {
    for (const { objectId } of sample.d)
      if (!isSettled(states.get(objectId))) states.set(objectId, (await relay.token(objectId))?.state ?? 'unknown')
    if ([...states.values()].every(isSettled)) break
  }
  return { answer, states }
}
