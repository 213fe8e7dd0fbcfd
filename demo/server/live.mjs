/** @typedef {import('node:http').ServerResponse} ServerResponse */

const everyMs = 700
/** Interval of comments, so that proxies and browsers do not close a quiet stream. */
const keepAliveMs = 15_000
/** Largest number of tokens from the form whose state is sent to the page. */
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
    /** Sends a new snapshot if something has changed. */
    refresh,
    /**
     * Includes this objectId's token in later snapshots.
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
     * @param {string | null} objectId the page's own
     */
    add(response, objectId) {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
      if (run) response.write(`event: run\ndata: ${run}\n\n`)
      pages.set(response, objectId)
      response.once('close', () => pages.delete(response))
      last = '' // the new page needs a whole snapshot, which does no harm to the others
      void refresh()
    },
    stop() {
      for (const timer of timers) clearInterval(timer)
      for (const page of pages.keys()) page.end()
    },
  }
}
