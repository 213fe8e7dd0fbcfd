/** Sends the generated requests and reports the statuses, and faults of the answers. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { Agent } from 'undici'
import { objectIds, origins, tickets } from './values.mjs'

const streamLimitMs = 3_000

/** The result of a sent request. `statuses` is empty when the connection ended without an answer. */
const outcome = (statuses, fault) => ({ statuses, fault })

/** Every refusal is a problem document with a code, or on `/1/upload` CleverTap's flat shape. */
const faultOfRefusal = (status, type, text) => {
  let answer
  try {
    answer = JSON.parse(text)
  } catch {
    return 'a refusal that is no JSON'
  }
  if (answer.unprocessed !== undefined) return undefined
  if (answer.status === 'fail') return answer.code === status ? undefined : 'a flat refusal with another code'
  if (!type.startsWith('application/problem+json')) return 'a refusal that is no problem document'
  return typeof answer.code === 'string' && answer.status === status ? undefined : 'a problem without its code'
}

/**
 * Makes the sender.
 *
 * @param keys `{ api, admin }`, the relay's own
 */
export const createSend = (url, keys, clients) => {
  const agent = new Agent({ connections: clients, pipelining: 1, bodyTimeout: 20_000, headersTimeout: 20_000 })
  const registrationKeys = new Map()

  const credentialOf = (kind, path, objectId, origin) => {
    const basic = `Basic ${Buffer.from(`anybody:${keys.admin}`).toString('base64')}`
    const ticket = `Bearer ${tickets.get(objectId) ?? 'x'}`
    const words = {
      none: {},
      api: { authorization: `Bearer ${keys.api}` },
      passcode: { 'x-clevertap-passcode': keys.api },
      admin: { authorization: `Bearer ${keys.admin}` },
      basic: { authorization: basic },
      key: { 'x-pushferry-key': registrationKeys.get(`${origin} ${objectId}`) ?? 'none' },
      ticket: { authorization: ticket },
    }
    if (kind !== 'right') return words[kind] ?? { authorization: kind }
    if (path.startsWith('/v1/subscriptions')) return origin === origins.ticketed ? words.ticket : words.key
    return path.startsWith('/status') || path === '/metrics' ? words.basic : words.api
  }

  /** The objectId that the request names, or an empty string when it names none of this test. */
  const profileOf = ({ body, objectId }) => {
    try {
      const { objectId: inBody } = JSON.parse(body)
      if (typeof inBody === 'string') return inBody
    } catch {}
    return objectIds.find((one) => encodeURIComponent(one) === objectId) ?? ''
  }

  const framed = async (made) => {
    const known = made.route.path.replace('{objectId}', made.objectId)
    const profile = profileOf(made)
    const { body } = made
    const method = made.method ?? made.route.method
    const headers = {
      ...(made.origin !== undefined && { origin: made.origin }),
      ...(body !== undefined && { 'content-type': made.contentType }),
      ...credentialOf(made.credential, made.route.path, profile, made.origin),
      ...Object.fromEntries(made.headers),
    }
    const bytes = body === undefined ? undefined : Buffer.from(body)
    const answer = await agent
      .request({
        origin: url,
        path: (made.trick?.(known) ?? known) + made.query,
        method,
        headers,
        body: bytes && made.isChunked ? Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]) : bytes,
      })
      .catch((error) => ({ error }))
    if (answer.error) {
      const { code, message } = answer.error
      return outcome([], /^UND_ERR_(SOCKET|CLOSED)$|^(ECONNRESET|EPIPE)$/.test(code) ? undefined : `${code} ${message}`)
    }
    const { statusCode: status, headers: got } = answer
    const type = String(got['content-type'] ?? '')
    if (type.startsWith('text/event-stream')) {
      answer.body.on('error', () => {}).destroy() // it has no end of its own
      return outcome([status])
    }
    const text = await answer.body.text().catch(() => undefined)
    if (text === undefined) return outcome([status], 'an answer that broke off')
    if (status === 202) registrationKeys.set(`${made.origin} ${profile}`, JSON.parse(text).registrationKey)
    if (status === 503 && got['retry-after'] === undefined) return outcome([status], '503 without Retry-After')
    return outcome([status], status < 400 || method === 'HEAD' ? undefined : faultOfRefusal(status, type, text))
  }

  /** Sends a request of a visit unchanged. */
  const post = async ({ method, path, headers, body }) => {
    const answer = await agent.request({
      origin: url,
      path,
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      body,
    })
    const text = await answer.body.text()
    return { status: answer.statusCode, answer: text === '' ? undefined : JSON.parse(text) }
  }

  const { hostname, port } = new URL(url)
  const bare = async (bytes) => {
    const socket = connect(Number(port), hostname)
    const chunks = []
    let failure
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      // A stream of events never ends by itself.
      if (chunk.includes('text/event-stream')) socket.destroy()
    })
    socket.on('error', (error) => {
      failure = error.code
    })
    socket.setTimeout(streamLimitMs, () => socket.destroy())
    socket.end(bytes)
    await once(socket, 'close')
    if (failure === 'ECONNREFUSED') return outcome([], 'ECONNREFUSED')
    const heads = Buffer.concat(chunks)
      .toString('latin1')
      .matchAll(/^HTTP\/1\.1 (\d{3}) /gm)
    return outcome([...heads].map(([, status]) => Number(status)))
  }

  return { framed, bare, post, close: () => agent.destroy(), registered: registrationKeys }
}
