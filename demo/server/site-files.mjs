import { readdirSync, readFileSync } from 'node:fs'

const types = /** @type {Readonly<Record<string, string>>} */ ({
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
})

/** Pushferry's default URL of the worker. */
export const workerPath = '/pushferry-sw.min.js'

/** @typedef {{type: string, body: string | Buffer}} SiteFile */

/**
 * The files of the demo site, by path.
 *
 * @param {URL} folder
 * @param {string} relay the relay's origin, for the page's script tag and the worker's only line
 * @param {string} realAccount the CleverTap account that the relay uploads to; empty: only the simulated one
 * @returns {ReadonlyMap<string, SiteFile>}
 */
export const readSiteFiles = (folder, relay, realAccount) => {
  /** @type {Map<string, SiteFile>} */
  const files = new Map()
  for (const name of readdirSync(folder)) {
    const type = types[name.replace(/.*\./, '')]
    if (type) files.set(`/${name}`, { type, body: readFileSync(new URL(name, folder)) })
  }
  const page = String(files.get('/index.html')?.body)
    .replaceAll('https://push.example.com', relay)
    .replace('data-real-account=""', `data-real-account="${realAccount}"`)
  files.set('/', { type: String(types.html), body: page })
  files.delete('/index.html')
  files.set(workerPath, {
    type: String(types.js),
    body: `importScripts('${relay}/pushferry-sw.min.js')\n`,
  })
  return files
}
