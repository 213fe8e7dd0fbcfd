import type { FastifyInstance, FastifyReply } from 'fastify'
import type { AdminGuard } from '../../http/admin-guard.ts'
import type { Refuse } from '../../http/refuse.ts'
import { problems } from '../../http/schemas.ts'
import type { Store } from '../../store/port.ts'
import type { Log } from '../log.ts'
import { createFeed } from './feed.ts'
import { renderPage } from './html.ts'
import { addPageFiles } from './page-files.ts'
import { addRetry } from './retry.ts'
import { statusSnapshot } from './schema.ts'
import type { Snapshots } from './snapshots.ts'
import { pageStateOf } from './view/page-state.ts'
import { type Range, ranges } from './view/snapshot.ts'

/** Parts of the status routes. */
export interface StatusParts {
  snapshots: Snapshots
  store: Pick<Store, 'retryRejected'>
  accounts: readonly string[]
  guard: AdminGuard
  refuse: Refuse
  log: Log
  /** Folder of the page's built files. */
  folder?: URL
}

export const security = [{ adminKey: [] }, { adminPassword: [] }]

/** Allows only files from this relay, no inline code or style, and no way to turn a string into code. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

const html = { description: 'The page', content: { 'text/html': { schema: { type: 'string' } } } }
const eventStream = {
  description: 'Server-sent events; each one is the page state as JSON.',
  content: { 'text/event-stream': { schema: { type: 'string' } } },
}

/** `GET /status`, `/status.json`, `/status/events`, the page's files, and `POST /status/retry`. */
export const addStatus = (app: FastifyInstance, parts: StatusParts): void => {
  const { snapshots, guard, refuse, folder } = parts
  const feed = createFeed(snapshots)
  app.addHook('preClose', (done) => {
    feed.close()
    done()
  })
  const noAccount = (reply: FastifyReply): FastifyReply =>
    refuse(reply.request, reply, { code: 'not_found', detail: 'this relay has no such account' })

  app.get<{ Querystring: { account?: string; range?: string } }>(
    '/status',
    {
      onRequest: guard,
      schema: {
        summary: 'The status page',
        tags: ['operation'],
        security,
        querystring: {
          type: 'object',
          properties: {
            account: { type: 'string', description: 'Default: the account in the worst state.' },
            range: { type: 'string', enum: ranges, default: 'hour' },
          },
        },
        response: {
          200: html,
          308: { type: 'null', description: 'The page has no slash at the end of its path.' },
          ...problems(401, 404),
        },
      },
    },
    async (request, reply) => {
      const [, slashes = '', query = ''] = /^[^?]*?(\/*)(\?.*)?$/s.exec(request.url) ?? []
      // The page's links are relative, so that it works under a path prefix of a proxy. A trailing slash would break them.
      if (slashes !== '') return reply.redirect(`${'../'.repeat(slashes.length)}status${query}`, 308)
      const { account, range } = request.query
      const state = pageStateOf(await snapshots.current(), account)
      if (!state) return noAccount(reply)
      const shown = ranges.find((one): one is Range => one === range) ?? 'hour'
      reply.header('content-security-policy', contentSecurityPolicy)
      return reply
        .type('text/html; charset=utf-8')
        .send(renderPage({ state, range: shown, asked: account !== undefined }))
    },
  )

  app.get(
    '/status.json',
    {
      onRequest: guard,
      // Compiling a serializer for this large schema at the start would take longer than it saves.
      serializerCompiler: () => JSON.stringify,
      schema: {
        summary: 'The numbers of the status page, for programs',
        tags: ['operation'],
        security,
        response: { 200: statusSnapshot, ...problems(401, 404) },
      },
    },
    () => snapshots.current(),
  )

  app.get<{ Querystring: { account?: string } }>(
    '/status/events',
    {
      onRequest: guard,
      exposeHeadRoute: false,
      schema: {
        summary: 'The state of the status page, as it changes',
        tags: ['operation'],
        security,
        querystring: { type: 'object', properties: { account: { type: 'string' } } },
        response: { 200: eventStream, ...problems(401, 404) },
      },
    },
    (request, reply) => {
      const account = request.query.account ?? parts.accounts[0]
      if (account === undefined || !parts.accounts.includes(account)) return noAccount(reply)
      // Turns off nginx's response buffering.
      reply.header('x-accel-buffering', 'no')
      return reply.type('text/event-stream').send(feed.open(account))
    },
  )

  addRetry(app, parts, security)
  addPageFiles(app, { guard, refuse, security, ...(folder ? { folder } : {}) })
}
