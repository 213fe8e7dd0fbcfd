import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type { AdminGuard } from '../../http/admin-guard.ts'
import type { Refuse } from '../../http/refuse.ts'
import { problems } from '../../http/schemas.ts'
import { fingerprint } from '../../keys/fingerprint.ts'

export interface PageFilesOptions {
  guard: AdminGuard
  refuse: Refuse
  security: readonly Record<string, string[]>[]
  folder?: URL
}

const files = [
  { path: '/status/page.js', file: 'pushferry-status.min.js', type: 'text/javascript' },
  { path: '/status/page.css', file: 'pushferry-status.css', type: 'text/css' },
  { path: '/status/icon.svg', file: 'pushferry-status.svg', type: 'image/svg+xml' },
] as const

/** Serves the files of the status page. Browsers revalidate them each time and mostly get a 304. */
export const addPageFiles = (
  app: FastifyInstance,
  { guard, refuse, security, folder = new URL('../../../../dist/browser/', import.meta.url) }: PageFilesOptions,
): void => {
  for (const { path, file, type } of files) {
    let content: Buffer | undefined
    app.get(
      path,
      {
        onRequest: guard,
        schema: {
          summary: `A part of the status page`,
          tags: ['operation'],
          security,
          response: {
            200: { description: 'The file', content: { [type]: { schema: { type: 'string' } } } },
            304: { type: 'null', description: 'The copy with this ETag is current.' },
            ...problems(401, 404),
          },
        },
      },
      async (request, reply) => {
        content ??= await readFile(new URL(file, folder)).catch(() => undefined)
        if (!content) return refuse(request, reply, { code: 'not_found', detail: `${file} has not been built` })
        const etag = `"${fingerprint(content)}"`
        reply.headers({ 'cache-control': 'private, no-cache', etag })
        if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
        return reply.type(`${type}; charset=utf-8`).send(content)
      },
    )
  }
}
