import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { fingerprint } from '../../keys/fingerprint.ts'
import type { Refuse } from '../refuse.ts'
import { problems } from '../schemas.ts'

interface Script {
  plain: Buffer
  zipped: Buffer
  /** The first digits of its SHA-256. */
  hash: string
}

export interface ScriptRoutesOptions {
  folder: URL
  /** A request with `?v=` and this version, or the file's hash, is cached for a year. */
  version: string
  refuse: Refuse
}

const names = ['pushferry.min.js', 'pushferry-sw.min.js', 'pushferry-prompt.min.js']
const forEver = 'public, max-age=31536000, immutable'
/** Without a version: long enough to save a request per page, short enough for a fix to arrive on the same day. */
const forAnHour = 'public, max-age=3600, stale-while-revalidate=86400'

const load = async (file: URL): Promise<Script | undefined> => {
  try {
    const plain = await readFile(file)
    return { plain, zipped: await promisify(gzip)(plain, { level: 9 }), hash: fingerprint(plain) }
  } catch {
    return undefined
  }
}

/** Whether the client's copy is current. Weak comparison, because proxies drop or add the `W/` (RFC 9110 §13.1.2). */
const hasCopy = (ifNoneMatch: string | undefined, hash: string): boolean =>
  ifNoneMatch !== undefined && (ifNoneMatch.trim() === '*' || ifNoneMatch.includes(`"${hash}"`))

/** Whether the client accepts gzip, in any letter case; `q=0` refuses it (RFC 9110 §8.4.1 and §12.4.2). */
const takesGzip = (acceptEncoding: string | undefined): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(acceptEncoding ?? '')

/**
 * `GET /pushferry.min.js` and the two others: serves the built browser files to any page.
 *
 * Not `@fastify/static` (10.1): it adds 26 packages and 8.7 MB for three files. Its ETag comes from a file's time, which differs
 * between relays behind one load balancer. The hash here is the same for all, and also identifies the file for `?v=`.
 */
export const addScripts = (app: FastifyInstance, { folder, version, refuse }: ScriptRoutesOptions): void => {
  for (const name of names) {
    // Read at the first request and then cached. If the file is missing, each request tries again.
    let loaded: Script | undefined
    app.get<{ Querystring: { v?: unknown } }>(
      `/${name}`,
      {
        schema: {
          summary: `The built file ${name}`,
          tags: ['scripts'],
          response: {
            200: { description: 'JavaScript', content: { 'text/javascript': { schema: { type: 'string' } } } },
            304: { type: 'null', description: 'The copy with this ETag is current.' },
            ...problems(404),
          },
        },
      },
      async (request, reply) => {
        loaded ??= await load(new URL(name, folder))
        if (!loaded) return refuse(request, reply, { code: 'not_found', detail: `${name} has not been built` })
        const { v } = request.query
        const etag = `W/"${loaded.hash}"`
        reply.headers({
          'access-control-allow-origin': '*',
          'cache-control': v === version || v === loaded.hash ? forEver : forAnHour,
          'cross-origin-resource-policy': 'cross-origin',
          etag,
          vary: 'Accept-Encoding',
        })
        if (hasCopy(request.headers['if-none-match'], loaded.hash)) return reply.code(304).send()
        const zipped = takesGzip(request.headers['accept-encoding']?.toString())
        if (zipped) reply.header('content-encoding', 'gzip')
        return reply.type('text/javascript; charset=utf-8').send(zipped ? loaded.zipped : loaded.plain)
      },
    )
  }
}
