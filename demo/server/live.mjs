/** @typedef {import('node:http').ServerResponse} ServerResponse */

const everyMs = 700
/** Comments keep proxies and browsers from taking a quiet stream for a dead one. */
const keepAliveMs = 15_000
/** Tokens posted by the form that are still followed. */
const maxFollowed = 10

/**
 * The live stream to open pages: one snapshot at the start, and another whenever something in it has changed.
 *
 * @param {(objectIds: readonly string[]) => Promise<import('../contract.ts').Snapshot>} take
 * @param {string} [run] names this run of the server: a page that has seen another one reloads itself
 */
export const createLive = (take, run) => {
  /** @type {Map<ServerResponse, string | null>} the page's own objectId */
  const pages = new Map()
  /** @type {Set<string>} */
  const followed = new Set()
  let last = ''
  let isTaking = false
  let isAgain = false

  const refresh = async () => {
    if (pages.size === 0) return
    isAgain = isTaking
    if (isTaking) return
    isTaking = true
    try {
      const own = [...pages.values()].filter((objectId) => objectId !== null)
      const text = JSON.stringify(await take([...new Set([...own, ...followed])]))
      if (text !== last) for (const page of pages.keys()) page.write(`data: ${text}\n\n`)
      last = text
    } finally {
      isTaking = false
      if (isAgain) void refresh()
    }
  }
  const timers = [
    setInterval(refresh, everyMs),
    setInterval(() => {
      for (const page of pages.keys()) page.write(': alive\n\n')
    }, keepAliveMs),
  ]

  return {
    /** Something may have changed. */
    refresh,
    /**
     * Goes on telling of this objectId's token.
     *
     * @param {string} objectId
     */
    follow(objectId) {
      followed.delete(objectId)
      followed.add(objectId)
      for (const oldest of [...followed].slice(0, -maxFollowed)) followed.delete(oldest)
      void refresh()
    },
    /**
     * Answers a page's request for events; it stays open.
     *
     * @param {ServerResponse} response
     * @param {string | null} objectId whose token this page is about
     */
    add(response, objectId) {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
      if (run) response.write(`event: run\ndata: ${run}\n\n`)
      pages.set(response, objectId)
      response.once('close', () => pages.delete(response))
      last = '' // the newcomer needs a whole one, and the others take no harm from it
      void refresh()
    },
    stop() {
      for (const timer of timers) clearInterval(timer)
      for (const page of pages.keys()) page.end()
    },
  }
}
