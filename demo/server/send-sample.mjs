import { setTimeout as wait } from 'node:timers/promises'

/** Timeout, much longer than the sample usually takes. After it the result shows the records that are still missing. */
const patienceMs = 20_000
const pauseMs = 50

/**
 * Posts records to the relay as a backend would, and waits until CleverTap has accepted or refused each of them, or has refused the
 * credentials.
 *
 * @param {import('./relay-calls.mjs').RelayCalls} relay
 * @param {{d: readonly {objectId: string}[]}} sample
 * @returns the relay's answer, the state of each objectId when the wait was over, and whether the credentials were refused
 */
export const sendSample = async (relay, sample) => {
  const answer = await relay.upload(JSON.stringify(sample))
  /** @type {Map<string, string>} */
  const states = new Map()
  const isSettled = (/** @type {string | undefined} */ state) => state === 'accepted' || state === 'rejected'
  let isRefused = false
  for (const until = Date.now() + patienceMs; Date.now() < until; await wait(pauseMs)) {
    for (const { objectId } of sample.d)
      if (!isSettled(states.get(objectId))) states.set(objectId, (await relay.token(objectId))?.state ?? 'unknown')
    isRefused = Object.values((await relay.readiness())?.accounts ?? {}).some(({ upload }) => upload === 'suspended')
    if (isRefused || [...states.values()].every(isSettled)) break
  }
  return { answer, states, isRefused }
}
