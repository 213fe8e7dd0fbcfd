/** A request as the relay got it. */
export interface RelayRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Headers
  /** Parsed JSON; `undefined` without a body. */
  readonly body: unknown
  /** When it arrived, in ms since 1970. */
  readonly at: number
}

/** `'offline'` is a network failure; `'never'` never answers. */
export type RelayAnswer = 'offline' | 'never' | (() => Response)

/** A fake relay with the routes for browsers of SPEC §4 that records its requests. */
export interface FakeRelay {
  readonly requests: RelayRequest[]
  /** Requests of a method, in order. */
  of(method: string): RelayRequest[]
  /** While this is set, it answers every request; otherwise `next` comes first, then the relay's own answers. */
  always: RelayAnswer | undefined
  /** Answers to the next requests of a method, once each. */
  readonly next: { POST: RelayAnswer[]; DELETE: RelayAnswer[]; GET: RelayAnswer[] }
  vapidPublicKey: string
  /** The replacement for `globalThis.fetch`. */
  fetch: typeof globalThis.fetch
}

export const problem =
  (status: number, code: string, headers: Record<string, string> = {}) =>
  (): Response =>
    new Response(JSON.stringify({ type: 'about:blank', title: code, status, code }), {
      status,
      headers: { 'Content-Type': 'application/problem+json', ...headers },
    })

interface Registration {
  objectId: string
  tokenData: { id: string }
}

/**
 * @param vapidPublicKey the key in the answer of `/v1/config`
 * @param onRequest called for every request when it arrives
 */
export const createFakeRelay = (vapidPublicKey: string, onRequest: (method: string) => void): FakeRelay => {
  const tokens = new Map<string, string>()
  const json = (status: number, body: unknown): Response =>
    new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })

  const answer = ({ method, path, headers, body }: RelayRequest): Response => {
    if (method === 'GET' && path === '/v1/config')
      return json(200, { vapidPublicKey: relay.vapidPublicKey, tickets: 'off' })
    if (method === 'POST' && path === '/v1/subscriptions') {
      // The cast: the tests check what the client sends.
      const { objectId, tokenData } = body as Registration
      const known = tokens.get(objectId)
      const registrationKey = `key-of-${objectId}`
      const proven = headers.has('Authorization') || headers.get('X-Pushferry-Key') === registrationKey
      if (known && known !== tokenData.id && !proven) return problem(403, 'registration_key_mismatch')()
      tokens.set(objectId, tokenData.id)
      const result = known === undefined ? 'queued' : known === tokenData.id ? 'unchanged' : 'replaced'
      return json(202, { result, objectId, registrationKey })
    }
    if (method === 'DELETE' && path.startsWith('/v1/subscriptions/')) return new Response(null, { status: 204 })
    return problem(404, 'not_found')()
  }

  const relay: FakeRelay = {
    requests: [],
    of: (method) => relay.requests.filter((one) => one.method === method),
    always: undefined,
    next: { POST: [], DELETE: [], GET: [] },
    vapidPublicKey,
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const url = new URL(request.url)
      const text = await request.text()
      const seen: RelayRequest = {
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
        at: Date.now(),
      }
      relay.requests.push(seen)
      onRequest(seen.method)
      const given = relay.always ?? relay.next[seen.method as 'GET']?.shift()
      if (given === 'never') return new Promise<never>(() => {})
      // A round trip takes time, in which another tab may do something.
      await new Promise((resolve) => setTimeout(resolve, 30))
      if (given === 'offline') throw new TypeError('Failed to fetch')
      return given ? given() : answer(seen)
    },
  }
  return relay
}
