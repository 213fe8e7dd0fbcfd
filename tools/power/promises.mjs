// The load on the relay, and the relay's promises: after a 2xx a token is stored, or a profile is erased.

const people = 4_000
const perCall = 20
const eraseShare = 0.05

/** @param random numbers from 0 to 1 @param relay see ../kill/relay-process.mjs */
export const createLoad = (random, relay) => {
  /** All calls in order: request id, and for each objectId the token, or null for an erasure. */
  const calls = []
  const busy = new Set()
  let tokens = 0

  const pick = () => {
    let name
    do name = `__p${Math.floor(random() * people)}`
    while (busy.has(name))
    busy.add(name)
    return name
  }
  const write = async (count) => {
    const asked = new Map(Array.from({ length: count }, () => [pick(), `token-${tokens++}-${'x'.repeat(60)}`]))
    const d = [...asked].map(([objectId, id]) => ({ type: 'token', tokenData: { id, type: 'fcm' }, objectId }))
    return { asked, send: (id) => relay.call('POST', '/1/upload', JSON.stringify({ d }), { 'x-request-id': id }) }
  }
  const erase = async () => {
    const name = pick()
    return {
      asked: new Map([[name, null]]),
      send: (id) => relay.call('DELETE', `/v1/tokens/${name}`, undefined, { 'x-request-id': id }),
    }
  }
  return {
    calls,
    /** Makes one call after another until the relay has ended or `isOver` returns true. */
    client: async (isOver) => {
      while (!isOver()) {
        const { asked, send } = await (random() < eraseShare ? erase() : write(random() < 0.5 ? 1 : perCall))
        const id = `power-${calls.length}`
        calls.push({ id, asked })
        try {
          await send(id)
        } catch (error) {
          if (error.code === undefined) throw error
          return
        } finally {
          for (const name of asked.keys()) busy.delete(name)
        }
      }
    },
  }
}

/**
 * The allowed states of each profile after these calls were acknowledged, as `[objectId, allowed]`: the last promise, and the requests
 * after it. No profile is in two calls at a time, so that "last" is well defined.
 */
export const allowedStates = (calls, acknowledged) => {
  const allowed = new Map()
  for (const { id, asked } of calls)
    for (const [name, token] of asked)
      if (acknowledged.has(id)) allowed.set(name, [token])
      else allowed.get(name)?.push(token)
  return allowed
}
