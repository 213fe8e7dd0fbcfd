import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { isTextNestedDeeper } from '../intake/nesting.ts'
import { BodyError } from './refusal.ts'

/**
 * A million levels of nesting in 2 MiB take 600 MB to parse. Bodies below the first limit (bytes) take at most a tenth of that and
 * are not checked. No batch of records is nested deeper than the second limit.
 */
const harmlessBytes = 256 * 1024
const mostLevels = 10_000

const parse = (body: Buffer, method: string): unknown => {
  // The body of a DELETE has no meaning.
  if (method === 'DELETE') return undefined
  if (body.length === 0) throw new BodyError('malformed_json', 'the body is empty')
  if (!isUtf8(body)) throw new BodyError('malformed_json', 'the body is not UTF-8')
  if (body.length > harmlessBytes && isTextNestedDeeper(body, mostLevels))
    throw new BodyError('malformed_json', `the body is nested more than ${mostLevels} levels deep`)
  const text = body.toString()
  try {
    // RFC 8259 §8.1 allows a reader to ignore a byte order mark, which some Windows programs write.
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch {
    // V8's own message quotes the body.
    throw new BodyError('malformed_json', 'the body is not JSON')
  }
}

/**
 * Reads bodies as JSON only. Not Fastify's own parser, because it accepts invalid UTF-8 and refuses records with a member
 * `__proto__`, which the record decoder drops.
 */
export const addJsonBody = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  // Many clients send a content type with a DELETE that has no body: `curl -d ''` sends that of a form.
  app.addHook('onRequest', ({ method, raw: { headers } }, _reply, done) => {
    const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
    if (method === 'DELETE' && isEmpty) delete headers['content-type']
    done()
  })
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? ''
    if (encoding !== '' && encoding !== 'identity') {
      done(new BodyError('unsupported_media_type', 'the body must be sent without content-encoding'))
      return
    }
    try {
      done(null, parse(body, request.method))
    } catch (error) {
      done(error as BodyError) // nothing else is thrown in there
    }
  })
}
