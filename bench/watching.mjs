// The cost of an open status page and of the metrics, under load.
import { request } from 'undici'
import { run as child, serving } from './support/processes.mjs'
import { adminKey } from './support/records.mjs'
import { median, rounded, spread } from './support/statistics.mjs'

export const name = 'watching'
export const about =
  'The cost of observation: durable intake of single records over 64 connections, without observers and with three open status pages and one scrape of `/metrics` per second, fifteen times the usual rate of Prometheus. The ratio compares requests/s within each round.'

const pages = 3
const connections = 64

/** Reads a relay's pages. Returns a function that stops it and resolves to the duration and size of the scrapes. */
const watch = (url) => {
  const headers = { authorization: `Bearer ${adminKey}` }
  const basic = { authorization: `Basic ${Buffer.from(`bench:${adminKey}`).toString('base64')}` }
  const end = new AbortController()
  const took = []
  let bytes = 0
  const follow = async () => {
    const { body } = await request(`${url}/status/events`, { headers: basic, signal: end.signal })
    for await (const _ of body) if (end.signal.aborted) return
  }
  const scrape = async () => {
    const from = performance.now()
    const { body } = await request(`${url}/metrics`, { headers, signal: end.signal })
    bytes = (await body.arrayBuffer()).byteLength
    took.push(performance.now() - from)
  }
  const settled = (work) => work.catch((error) => (end.signal.aborted ? undefined : Promise.reject(error)))
  const running = Array.from({ length: pages }, () => settled(follow()))
  const first = scrape()
  running.push(settled(first))
  const timer = setInterval(() => running.push(settled(scrape())), 1000)
  return async () => {
    clearInterval(timer)
    await first
    end.abort()
    await Promise.all(running)
    return { scrapeMs: median(took), bytes }
  }
}

export const run = async ({ seconds, rounds, few, say }) =>
  serving(['relay-server.mjs'], async ([relay]) => {
    const alone = []
    const watched = []
    const scrapes = []
    if (!few) await child('load.mjs', relay.url, 1, connections)
    for (let round = 0; round < rounds; round++) {
      say('watching: nobody looks')
      alone.push(await child('load.mjs', relay.url, seconds, connections))
      say('watching: three pages and a scrape a second')
      const stop = watch(relay.url)
      watched.push(await child('load.mjs', relay.url, seconds, connections))
      scrapes.push(await stop())
    }
    const row = (what, runs) => ({
      meanwhile: what,
      'requests/s': median(runs.map((one) => one.perSecond)),
      'lowest–highest': spread(runs.map((one) => one.perSecond)),
      'p99 ms': rounded(median(runs.map((one) => one.p99)), 1),
      failed: runs.reduce((sum, one) => sum + one.failed, 0),
    })
    return [
      { ...row('nobody looks', alone), ratio: 1 },
      {
        ...row(`${pages} status pages, a scrape a second`, watched),
        'scrape ms': rounded(median(scrapes.map(({ scrapeMs }) => scrapeMs)), 1),
        'scrape bytes': scrapes.at(-1)?.bytes ?? 0,
        ratio: rounded(median(watched.map((one, round) => one.perSecond / alone[round].perSecond)), 2),
      },
    ]
  })
