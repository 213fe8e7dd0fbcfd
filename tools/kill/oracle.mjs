// The load, and outside the relays the memory of what they said to it.
import { setTimeout as pause } from 'node:timers/promises'

const perCall = 10
/** A part of the load repeats a profile, with another token or the same. */
const againShare = 0.3

/** Whose records make CleverTap refuse every call that they are in; nothing but their rejection is right. */
export const isPoison = (objectId) => Number(objectId.slice('__k'.length)) % 499 === 498

/**
 * @param random gives numbers from 0 to 1.
 * @param isLastWord whether a record that was refused with 503 is surely not stored. PostgreSQL may have committed what
 *   it could no longer say so of.
 */
export const createOracle = (random, isLastWord) => {
  /** objectId → the newest token that was acknowledged, and those that were sent later and may be stored or not. */
  const people = new Map()
  const names = []
  const counts = { acknowledged: 0, unanswered: 0, refused: 0 }
  /** Nobody is in two calls at a time, so that "newest" has a meaning. */
  const busy = new Set()
  let nextPerson = 0
  let nextToken = 0

  const makeRecords = () =>
    Array.from({ length: perCall }, () => {
      const known = names[Math.floor(random() * names.length)]
      const isAgain = known !== undefined && random() < againShare && !busy.has(known)
      const objectId = isAgain ? known : `__k${nextPerson++}`
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
        // No answer: it may be on disk or not, and either is right.
        counts.unanswered += d.length
        doubt(d)
      } finally {
        for (const { objectId } of d) busy.delete(objectId)
      }
    },
    /** Whose token at CleverTap is not what it must be, as [objectId, 'missing', 'stale' or, of poison, 'taken']. */
    faults: (profiles) =>
      [...people].flatMap(([objectId, { token, maybe }]) => {
        const held = profiles.get(objectId)?.token.id
        if (isPoison(objectId)) return held === undefined ? [] : [[objectId, 'taken']]
        if (token === undefined || held === token || maybe.includes(held)) return []
        return [[objectId, held === undefined ? 'missing' : 'stale']]
      }),
    /** How many people are in which state, as a relay says. */
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
