// The load on the relays, and a record of their answers that is independent of them.
import { setTimeout as pause } from 'node:timers/promises'

const perCall = 10
/** Share of the load that repeats a profile, with another token or the same one. */
const againShare = 0.3

/** Profiles whose records make CleverTap refuse every call with them. Each must end up rejected. */
export const isPoison = (objectId) => Number(objectId.slice('__k'.length)) % 499 === 498

/**
 * @param random returns numbers from 0 to 1.
 * @param isLastWord whether a record that got a 503 is certainly not stored. PostgreSQL may have committed it and lost the
 *   connection before its answer.
 */
export const createOracle = (random, isLastWord) => {
  /** objectId → the newest token that was acknowledged, and those that were sent later and may be stored or not. */
  const people = new Map()
  const names = []
  const counts = { acknowledged: 0, unanswered: 0, refused: 0 }
  /** No profile is in two calls at a time, so that "newest" is well defined. */
  const busy = new Set()
  let nextProfile = 0
  let nextToken = 0

  const makeRecords = () =>
    Array.from({ length: perCall }, () => {
      const known = names[Math.floor(random() * names.length)]
      const isAgain = known !== undefined && random() < againShare && !busy.has(known)
      const objectId = isAgain ? known : `__k${nextProfile++}`
      if (!isAgain) names.push(objectId)
      busy.add(objectId)
      const last = people.get(objectId)
      const isSame = isAgain && last?.token !== undefined && last.maybe.length === 0 && random() < 0.3
      const id = isSame ? last.token : `token-${nextToken++}-${'x'.repeat(Math.floor(random() * 150))}`
      return { type: 'token', tokenData: { id, type: 'fcm' }, objectId }
    })
  const doubt = (records) => {
    for (const { objectId, tokenData } of records) {
      const entry = people.get(objectId) ?? { token: undefined, maybe: [] }
      people.set(objectId, { ...entry, maybe: [...entry.maybe, tokenData.id] })
    }
  }

  return {
    people,
    counts,
    /** One call of a few records. */
    post: async (relay) => {
      const d = makeRecords()
      try {
        const { status, body } = await relay.call('POST', '/1/upload', JSON.stringify({ d }))
        if (status !== 200) {
          counts.refused += d.length
          if (!isLastWord) doubt(d)
          await pause(20)
          return
        }
        if (body.processed !== d.length) throw new Error(`an unexpected answer: ${JSON.stringify(body)}`)
        counts.acknowledged += d.length
        for (const { objectId, tokenData } of d) people.set(objectId, { token: tokenData.id, maybe: [] })
      } catch (error) {
        if (error.code === undefined) throw error
        // Without an answer the record may be on disk or not; both are correct.
        counts.unanswered += d.length
        doubt(d)
      } finally {
        for (const { objectId } of d) busy.delete(objectId)
      }
    },
    /** The profiles whose token at CleverTap is wrong, as [objectId, 'missing', 'stale' or, for poison, 'taken']. */
    faults: (profiles) =>
      [...people].flatMap(([objectId, { token, maybe }]) => {
        const held = profiles.get(objectId)?.token.id
        if (isPoison(objectId)) return held === undefined ? [] : [[objectId, 'taken']]
        if (token === undefined || held === token || maybe.includes(held)) return []
        return [[objectId, held === undefined ? 'missing' : 'stale']]
      }),
    /** Number of profiles by state, as a relay reports it. */
    states: async (relay) => {
      const states = {}
      const waiting = [...people.keys()]
      const ask = async () => {
        for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
          const { status, body } = await relay.call('GET', `/v1/tokens/${name}`)
          const isKnown = status !== 404
          const isRight = isKnown && isPoison(name) && body.state === 'rejected' && body.error.code === 400
          const state = isRight ? 'poison, rejected' : isKnown ? body.state : 'unknown'
          states[state] = (states[state] ?? 0) + 1
        }
      }
      await Promise.all(Array.from({ length: 8 }, ask))
      return states
    },
  }
}
