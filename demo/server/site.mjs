import { isMode } from './modes.mjs'
import { isOwn, readJsonObject } from './read-request.mjs'
import { workerPath } from './site-files.mjs'
import { pageHeaders, workerHeaders } from './site-headers.mjs'

/** @typedef {import('node:http').IncomingMessage} IncomingMessage */
/** @typedef {import('node:http').ServerResponse} ServerResponse */
/** @typedef {import('../contract.ts').Mode} Mode */
/** @typedef {import('../contract.ts').Report} Report */
/** @typedef {ReturnType<typeof import('./test-push.mjs').createTestPush>} TestPush */

/**
 * @typedef {object} SiteParts
 * @property {readonly string[]} origins the demo site's own; links use the first
 * @property {string} relay the relay's origin
 * @property {ReadonlyMap<string, import('./site-files.mjs').SiteFile>} files
 * @property {ReturnType<typeof import('./live.mjs').createLive>} live
 * @property {import('./relay-calls.mjs').RelayCalls} relayCalls
 * @property {TestPush} testPush
 * @property {((mode: Mode) => void) | undefined} setMode undefined without a simulator
 * @property {(what: Report['what'], test: number) => void} onReport
 */

/**
 * @param {ServerResponse} response
 * @param {number} status
 * @param {unknown} [body]
 */
const send = (response, status, body) => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

/**
 * The demo site: its files, and the routes that need the API key, the private VAPID key or the simulator, which a page has not.
 *
 * @param {SiteParts} parts
 */
export const createSite = ({ origins, relay, files, live, relayCalls, testPush, setMode, onReport }) => {
  const headers = pageHeaders(relay)
  const headersOf = (/** @type {string} */ pathname) => (pathname === workerPath ? workerHeaders(relay) : headers)

  /** @type {Readonly<Record<string, (body: Record<string, unknown>, response: ServerResponse, origin: string) => unknown>>} */
  const posts = {
    '/demo/upload': async (body, response) => {
      const answer = await relayCalls.upload(JSON.stringify(body))
      if (typeof body.objectId === 'string' && Object(answer.body).processed === 1) live.follow(body.objectId)
      send(response, 200, answer)
    },
    '/demo/test': async (body, response, origin) => {
      // web-push checks every member and throws a TypeError for a wrong one.
      const subscription = /** @type {import('web-push').PushSubscription} */ (/** @type {unknown} */ (body))
      try {
        send(response, 200, await testPush(subscription, origin))
      } catch (error) {
        send(response, 400, { message: error instanceof TypeError ? error.message : 'this is no subscription' })
      }
    },
    '/demo/mode': ({ mode }, response) => {
      if (!isMode(mode) || !setMode) return send(response, 400, { message: 'there is no such mode' })
      setMode(mode)
      void live.refresh()
      send(response, 200, { mode })
    },
  }

  /** @type {Readonly<Record<string, (query: URLSearchParams, response: ServerResponse) => unknown>>} */
  const gets = {
    '/demo/events': (query, response) => live.add(response, query.get('objectId')),
    '/demo/viewed': (query, response) => {
      onReport('viewed', Number(query.get('test')))
      void live.refresh()
      send(response, 204)
    },
    '/demo/clicked': (query, response) => {
      onReport('clicked', Number(query.get('test')))
      void live.refresh()
      send(response, 204)
    },
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  const handle = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    if (!isOwn(request, origins)) return send(response, 403, { message: 'only for the demo page itself' })
    if (request.method === 'POST' && Object.hasOwn(posts, pathname)) {
      const body = await readJsonObject(request)
      return body
        ? posts[pathname]?.(body, response, `http://${request.headers.host}`)
        : send(response, 400, { message: 'send a JSON object of at most 16 KiB' })
    }
    if (request.method !== 'GET') return send(response, 405, { message: 'there is nothing to do here' })
    if (Object.hasOwn(gets, pathname)) return gets[pathname]?.(searchParams, response)
    const file = files.get(pathname)
    if (!file) return send(response, 404, { message: 'there is nothing here' })
    response.writeHead(200, { ...headersOf(pathname), 'content-type': file.type })
    response.end(file.body)
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   */
  return (request, response) => {
    handle(request, response).catch(() => {
      // The relay does not answer, or the page has disconnected.
      if (response.headersSent) response.destroy()
      else send(response, 502, { message: 'the relay does not answer' })
    })
  }
}
