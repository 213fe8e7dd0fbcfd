import type { FastifyInstance } from 'fastify'
import { maxBackendBodyBytes } from '../../../wire/limits.ts'
import { readUpload, type Unprocessed } from '../../intake/backend.ts'
import { readTraceId } from '../../operations/trace.ts'
import type { PutResult } from '../../store/port.ts'
import { flatProblems, uploadAnswer, uploadBody, uploadQuery } from '../schemas.ts'
import type { Scope } from '../scope.ts'

const answer = (processed: number, unprocessed: readonly Unprocessed[]) => {
  if (unprocessed.length === 0) return { status: 'success', processed, unprocessed }
  return { status: processed === 0 ? 'fail' : 'partial', processed, unprocessed }
}

const countResults = (put: readonly PutResult[], unprocessed: readonly Unprocessed[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { result } of put) counts[result] = (counts[result] ?? 0) + 1
  for (const { code } of unprocessed) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

/**
 * Reads `dryRun`, in any letter case, because a caller who asks for a dry run must not store anything; undefined for a value that
 * is neither yes nor no. CleverTap's own clients send `dryRun=0` for a real upload.
 */
const readDryRun = (query: Readonly<Record<string, unknown>>): boolean | undefined => {
  const [asked = '0', ...more] = Object.entries(query).flatMap(([name, value]) =>
    /^dry_?run$/i.test(name) ? [value] : [],
  )
  if (typeof asked !== 'string' || more.length > 0) return undefined
  if (/^(0|false)$/i.test(asked)) return false
  return /^(1|true)$/i.test(asked) ? true : undefined
}

/** `POST /1/upload`: CleverTap's Upload Device Tokens API, answered once the records are on disk. */
export const addUpload = (app: FastifyInstance, { store, backends, refuse, onIntake }: Scope): void => {
  app.post<{ Querystring: Readonly<Record<string, unknown>> }>(
    '/1/upload',
    {
      bodyLimit: maxBackendBodyBytes,
      onRequest: backends.check,
      schema: {
        summary: 'Accepts device tokens, like the route of the same path in CleverTap’s API',
        tags: ['backends'],
        security: [{ apiKey: [] }, { passcode: [] }],
        querystring: uploadQuery,
        body: uploadBody,
        response: { 200: uploadAnswer, ...flatProblems(400, 401, 413, 415, 429, 503) },
      },
    },
    async (request, reply) => {
      const { account, keyName } = backends.callerOf(request)
      const dryRun = readDryRun(request.query)
      if (dryRun === undefined)
        return refuse(request, reply, { code: 'malformed_json', detail: 'dryRun must be 1 or 0' })
      const read = readUpload(request.body, account.id)
      if (!read.ok) return refuse(request, reply, { code: 'malformed_json', detail: read.message })
      const { entries, unprocessed } = read
      if (dryRun) return answer(entries.length, unprocessed)
      const put = entries.length > 0 ? await store.put(entries) : []
      onIntake({
        account: account.id,
        from: keyName,
        requestId: request.id,
        traceId: readTraceId(request.headers.traceparent),
        results: countResults(put, unprocessed),
      })
      return answer(entries.length, unprocessed)
    },
  )
}
