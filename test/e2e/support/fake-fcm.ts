import { randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { createConnectionGate } from './connection-gate.ts'
import { createEventLog } from './event-log.ts'
import { listen } from './listen.ts'
import { type McsMessage, startMcsServer } from './mcs-server.ts'
import { fixed64Field, intField } from './protobuf.ts'
import type { PushService, PushServiceEvent, RegistrationFault } from './push-service.ts'
import { readBody } from './read-body.ts'

/** Google's push service on loopback. */
export interface FakeFcm extends PushService {
  /** The switches that make Chromium use it. */
  chromiumArgs(): string[]
}

interface Registration {
  /** `wp:<origin>/#<uuid>-V2`, new for every subscription. */
  readonly appId: string
  readonly applicationServerKey: string
  readonly category: string
  readonly token: string
  gone: boolean
}

const randomId = (): bigint => BigInt(`0x${randomBytes(7).toString('hex')}`) | 1n

/**
 * The part of Google's push service that desktop Chromium needs: check-in (protobuf), registration (form), the message
 * connection (MCS), and the web push endpoints for senders. Answers contain only what the browser requires. The device id stays
 * the same, so that a profile can be used again.
 */
export const startFakeFcm = async (): Promise<FakeFcm> => {
  const log = createEventLog<PushServiceEvent>('fake FCM')
  const gate = createConnectionGate('Chromium')
  const registrations: Registration[] = []
  const faults: RegistrationFault[] = []
  const androidId = randomId()
  const securityToken = randomId()

  const byAppId = (appId: string | undefined) => registrations.findLast((one) => one.appId === appId)

  const mcs = await startMcsServer({
    onLogin() {
      log.add({ what: 'connect' })
      gate.open()
    },
    onDisconnect() {
      gate.close()
      log.add({ what: 'disconnect' })
    },
    onAcknowledged(message: McsMessage) {
      log.add({ what: 'ack', token: byAppId(message.appData.subtype)?.token ?? '', code: null })
    },
  })

  const checkIn = (): Buffer =>
    Buffer.concat([
      intField(1, 1), // stats_ok
      intField(3, Date.now()),
      fixed64Field(7, androidId),
      fixed64Field(8, securityToken),
      intField(9, 0), // no settings follow
    ])

  const unregister = (appId: string): string => {
    const registration = byAppId(appId)
    if (registration) registration.gone = true
    log.add({ what: 'unregister', token: registration?.token ?? null, code: null })
    return 'token=unregistered' // any answer with "token=" in it means success
  }

  const register = (form: URLSearchParams, response: ServerResponse): void => {
    const appId = form.get('X-subtype')
    // The device itself registers once before its first subscription.
    if (appId === null) return void response.end('token=device')
    if (form.get('delete') === 'true') return void response.end(unregister(appId))
    const applicationServerKey = form.get('sender') ?? ''
    const fault = faults.shift()
    if (fault) {
      log.add({ what: 'register', applicationServerKey, token: null })
      // The only final error that does not blame the request. `stop()` ends a request that hangs.
      if (fault === 'refuse') response.end('Error=QUOTA_EXCEEDED')
      return
    }
    const token = `${randomBytes(8).toString('base64url')}:APA91b${randomBytes(24).toString('base64url')}`
    registrations.push({ appId, applicationServerKey, category: form.get('app') ?? '', token, gone: false })
    log.add({ what: 'register', applicationServerKey, token })
    response.end(`token=${token}`)
  }

  const acceptPush = (token: string, headers: IncomingHttpHeaders, body: Buffer): number => {
    const registration = registrations.find((one) => one.token === token)
    if (!registration) return 404
    if (registration.gone) return 410
    const appData: Record<string, string> = { subtype: registration.appId }
    for (const name of ['content-encoding', 'encryption', 'crypto-key']) {
      const value = headers[name]
      if (typeof value === 'string') appData[name] = value
    }
    mcs.deliver({
      from: registration.applicationServerKey,
      category: registration.category,
      appData,
      ttlSeconds: Number(headers.ttl ?? 0),
      body,
    })
    return 201
  }

  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname === '/checkin') {
      response.setHeader('content-type', 'application/x-protobuf').end(checkIn())
    } else if (pathname === '/register') {
      register(new URLSearchParams(body.toString()), response)
    } else if (/^\/(fcm\/send|(preprod\/)?wp)\//.test(pathname)) {
      const token = decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1))
      const status = acceptPush(token, request.headers, body)
      log.add({ what: 'send', status, encoding: request.headers['content-encoding'] ?? null, bytes: body.length })
      response.writeHead(status).end()
    } else {
      response.writeHead(404).end()
    }
  })
  const origin = `http://127.0.0.1:${await listen(server)}`

  return {
    log,
    urlFor: (endpoint) => origin + new URL(endpoint).pathname,
    failNext: (fault) => void faults.push(fault),
    connected: () => gate.wait(),
    chromiumArgs: () => [
      `--gcm-checkin-url=${origin}/checkin`,
      `--gcm-registration-url=${origin}/register`,
      `--gcm-mcs-endpoint=${mcs.endpoint}`,
      `--ignore-certificate-errors-spki-list=${mcs.spkiPin}`,
    ],
    async stop() {
      server.closeAllConnections()
      await Promise.all([mcs.stop(), new Promise((resolve) => server.close(resolve))])
    },
  }
}
