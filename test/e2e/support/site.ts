import { readFileSync } from 'node:fs'
import { createServer, type OutgoingHttpHeaders, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Server } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import type { Certificate } from './certificate.ts'
import { createEventLog, type EventLog } from './event-log.ts'
import { listen } from './listen.ts'
import { readBody } from './read-body.ts'

export interface SiteFile {
  readonly type: string
  readonly body: string | Buffer
  readonly headers?: OutgoingHttpHeaders
}

export const html = (body: string, headers: OutgoingHttpHeaders = {}): SiteFile => ({
  type: 'text/html',
  body,
  headers,
})
export const script = (body: string, headers: OutgoingHttpHeaders = {}): SiteFile => ({
  type: 'text/javascript',
  body,
  headers,
})

/** A page that reports its own URL, as `page`, when it runs in a window. */
export const reportingPage = (title: string): SiteFile =>
  html(`<!doctype html><title>${title}</title><script>
    fetch('/report', { method: 'POST', body: JSON.stringify({ type: 'page', url: location.href }) })
  </script>`)

/** A file of `dist/browser`, unchanged. @throws Error when it has not been built. */
export const built = (name: string, headers: OutgoingHttpHeaders = {}): SiteFile =>
  script(readFileSync(new URL(`../../../dist/browser/${name}`, import.meta.url), 'utf8'), headers)

export type SiteEvent =
  /** Any request except a report. `url` is path and query. */
  | { readonly what: 'request'; readonly method: string; readonly url: string }
  /** JSON that the page or worker under test posted to `/report`. */
  | { readonly what: 'report'; readonly report: Report }

/** An event that a page or worker reports; `type` is its name, such as `push`. */
export interface Report {
  readonly type: string
  readonly [member: string]: unknown
}

/** A web site on `localhost`: a secure context for every browser. */
export interface Site {
  readonly origin: string
  readonly log: EventLog<SiteEvent>
  /** Adds a file, or replaces one. */
  serve(path: string, file: SiteFile): void
  /**
   * The oldest report of this type that no call has returned yet, or the next one.
   * @param members only a report with these exact values matches.
   * @throws Error when none comes in two minutes.
   */
  report(type: string, members?: Readonly<Record<string, unknown>>): Promise<Report>
  /** Every report so far, in order. */
  reports(): Report[]
  stop(): Promise<void>
}

const usedPorts = new Set<number>()
/** Listens on a port that no earlier site had, because a browser shared by many tests would know its origin. */
const listenAnew = async (server: Server): Promise<number> => {
  for (;;) {
    const port = await listen(server)
    if (!usedPorts.has(port)) {
      usedPorts.add(port)
      return port
    }
    await new Promise((resolve) => server.close(resolve))
  }
}

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

/**
 * @param files by path, without query; all are sent with `no-store`, so that a changed file is seen at once.
 * @param headers sent with every file, e.g. a Content-Security-Policy.
 * @param certificate makes it an https site.
 */
export const startSite = async (
  files: Readonly<Record<string, SiteFile>>,
  headers: OutgoingHttpHeaders = {},
  certificate?: Certificate,
): Promise<Site> => {
  const served = new Map(Object.entries(files))
  const log = createEventLog<SiteEvent>('site')

  const answer: RequestListener = async (request, response) => {
    const { method = 'GET', url = '/' } = request
    const { pathname } = new URL(url, 'http://localhost')
    if (method === 'POST' && pathname === '/report') {
      const report: unknown = JSON.parse((await readBody(request)).toString())
      if (isReport(report)) log.add({ what: 'report', report })
      return void response.writeHead(204).end()
    }
    log.add({ what: 'request', method, url })
    const file = served.get(pathname)
    if (!file) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': file.type, 'cache-control': 'no-store', ...headers, ...file.headers })
    response.end(file.body)
  }
  const server = certificate ? createSecureServer(certificate, answer) : createServer(answer)
  const origin = `${certificate ? 'https' : 'http'}://localhost:${await listenAnew(server)}`

  return {
    origin,
    log,
    serve: (path, file) => void served.set(path, file),
    async report(type, members = {}) {
      const wanted = Object.entries({ type, ...members })
      const { report } = await log.take('report', (event) =>
        wanted.every(([name, value]) => isDeepStrictEqual(event.report[name], value)),
      )
      return report
    },
    reports: () => log.all('report').map(({ report }) => report),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
