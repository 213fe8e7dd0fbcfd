import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { isTextNestedDeeper } from '../intake/nesting.ts'
import { BodyError } from './refusal.ts'

/**
 * A million levels of nesting in 2 MiB take 600 MB to parse. Bodies below the first limit (bytes) take a tenth of that at most and
 * are not checked; a body nested deeper than the second limit is no batch of records.
 */
const harmlessBytes = 256 * 1024
const mostLevels = 10_000

const parse = (body: Buffer, method: string): unknown => {
  // Some clients send a content type with a DELETE, which has no body.
  if (method === 'DELETE') return undefined
  if (body.length === 0) throw new BodyError('malformed_json', 'the body is empty')
  if (!isUtf8(body)) throw new BodyError('malformed_json', 'the body is not UTF-8')
  if (body.length > harmlessBytes && isTextNestedDeeper(body, mostLevels))
    throw new BodyError('malformed_json', `the body is nested more than ${mostLevels} levels deep`)
  const text = body.toString()
  try {
    // RFC 8259 §8.1 lets a reader pass over a byte order mark, which some Windows programs write.
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch {
    // V8's own message quotes the body.
    throw new BodyError('malformed_json', 'the body is not JSON')
  }
}

/**
 * Reads bodies as JSON and as nothing else. Fastify's own parser is not used because it takes bytes that are not UTF-8,
 * and because it refuses records with a member called `__proto__`, which the record decoder simply drops.
 */
export const addJsonBody = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity') {
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
