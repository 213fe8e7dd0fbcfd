import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { createConnectionGate } from './connection-gate.ts'
import { createEventLog } from './event-log.ts'
import { listen } from './listen.ts'
import type { PushService, PushServiceEvent, RegistrationFault } from './push-service.ts'
import { readBody } from './read-body.ts'

/** Mozilla's push service on loopback. */
export interface FakeAutopush extends PushService {
  /** The preferences that make Firefox use it. */
  firefoxPrefs(): Record<string, string | number | boolean>
  /** Cuts the connection; the browser reconnects after about 0.2 s. */
  disconnect(): void
  /**
   * Cuts the connection and forgets the browser: when it reconnects it is told that it is a new client, so it drops every
   * subscription and fires `pushsubscriptionchange`.
   */
  forgetBrowser(): void
}

/** A message of the browser. Only the members that are used are named. */
interface BrowserMessage {
  readonly messageType?: string
  readonly uaid?: string
  readonly channelID?: string
  readonly key?: string
  readonly code?: number
  readonly updates?: readonly { readonly channelID: string; readonly version: string; readonly code?: number }[]
}

interface Channel {
  readonly token: string
  /** Version → frame, kept until the browser acknowledges it. */
  readonly undelivered: Map<string, object>
}

// The origin of the real service. Firefox never contacts an endpoint, so it need not exist here, and relays require https.
const PUBLIC_ORIGIN = 'https://updates.push.services.mozilla.com'

/** Firefox pads the key, pages and Chromium do not. */
const unpadded = (base64url: string): string => base64url.replace(/=+$/, '')

const parseMessage = (data: string): BrowserMessage => JSON.parse(data) as BrowserMessage // Firefox is trusted here

/**
 * The part of Mozilla's autopush that Firefox needs, on one port: a WebSocket with JSON messages for the browser, and the web
 * push endpoints for senders. Protocol: https://mozilla-push-service.readthedocs.io/en/latest/design/
 */
export const startFakeAutopush = async (): Promise<FakeAutopush> => {
  const log = createEventLog<PushServiceEvent>('fake autopush')
  const gate = createConnectionGate('Firefox')
  const channels = new Map<string, Channel>()
  const faults: RegistrationFault[] = []
  let browserId: string | null = null
  let socket: WebSocket | null = null

  const send = (message: object): void => socket?.send(JSON.stringify(message))

  const greet = (uaid: string | undefined, from: WebSocket): void => {
    if (!uaid || uaid !== browserId) browserId = randomUUID().replaceAll('-', '')
    socket = from
    send({ messageType: 'hello', status: 200, uaid: browserId, use_webpush: true, broadcasts: {} })
    for (const channel of channels.values()) for (const frame of channel.undelivered.values()) send(frame)
    log.add({ what: 'connect' })
    gate.open()
  }

  const register = (channelID: string, applicationServerKey: string): void => {
    const fault = faults.shift()
    if (fault) {
      log.add({ what: 'register', applicationServerKey, token: null })
      if (fault === 'refuse') send({ messageType: 'register', channelID, status: 500 })
      return
    }
    const token = `gAAAAA${randomBytes(24).toString('base64url')}`
    channels.set(channelID, { token, undelivered: new Map() })
    log.add({ what: 'register', applicationServerKey, token })
    send({ messageType: 'register', channelID, status: 200, pushEndpoint: `${PUBLIC_ORIGIN}/wpush/v2/${token}` })
  }

  const unregister = (channelID: string, code: number | undefined): void => {
    log.add({ what: 'unregister', token: channels.get(channelID)?.token ?? null, code: code ?? null })
    channels.delete(channelID)
    send({ messageType: 'unregister', channelID, status: 200 })
  }

  const acknowledge = (updates: BrowserMessage['updates'] = []): void => {
    for (const { channelID, version, code } of updates) {
      const channel = channels.get(channelID)
      if (channel?.undelivered.delete(version)) log.add({ what: 'ack', token: channel.token, code: code ?? null })
    }
  }

  const onMessage = (message: BrowserMessage, from: WebSocket): void => {
    const { messageType, channelID = '' } = message
    if (messageType === undefined)
      from.send('{}') // a ping
    else if (messageType === 'hello') greet(message.uaid, from)
    else if (messageType === 'register') register(channelID, unpadded(message.key ?? ''))
    else if (messageType === 'unregister') unregister(channelID, message.code)
    else if (messageType === 'ack') acknowledge(message.updates)
  }

  const acceptPush = (path: string, headers: IncomingHttpHeaders, body: Buffer): number => {
    for (const [channelID, channel] of channels) {
      if (path !== `/wpush/v2/${channel.token}`) continue
      const version = randomUUID()
      const encrypted = {
        data: body.toString('base64url'),
        headers: {
          encoding: headers['content-encoding'],
          encryption: headers.encryption,
          crypto_key: headers['crypto-key'],
        },
      }
      const frame = {
        messageType: 'notification',
        channelID,
        version,
        ttl: Number(headers.ttl ?? 0),
        ...(body.length > 0 ? encrypted : {}),
      }
      channel.undelivered.set(version, frame)
      send(frame)
      return 201
    }
    return 410
  }

  const server = createServer(async (request, response) => {
    const body = await readBody(request)
    const status = acceptPush(request.url ?? '/', request.headers, body)
    log.add({ what: 'send', status, encoding: request.headers['content-encoding'] ?? null, bytes: body.length })
    response.writeHead(status).end()
  })
  const webSockets = new WebSocketServer({ server, handleProtocols: () => 'push-notification' })
  webSockets.on('connection', (from) => {
    from.on('error', () => {}) // the browser may disconnect at any time; 'close' follows
    from.on('message', (data) => onMessage(parseMessage(String(data)), from))
    from.on('close', () => {
      if (socket !== from) return
      socket = null
      gate.close()
      log.add({ what: 'disconnect' })
    })
  })
  const origin = `http://127.0.0.1:${await listen(server)}`

  return {
    log,
    urlFor: (endpoint) => origin + new URL(endpoint).pathname,
    failNext: (fault) => void faults.push(fault),
    connected: () => gate.wait(),
    firefoxPrefs: () => ({
      'dom.push.serverURL': `${origin.replace('http:', 'ws:')}/`,
      'dom.push.testing.allowInsecureServerURL': true,
      'dom.push.connection.enabled': true, // the automation's recommended preferences turn it off
      'dom.push.retryBaseInterval': 200,
    }),
    disconnect: () => socket?.terminate(),
    forgetBrowser() {
      browserId = null
      channels.clear()
      socket?.terminate()
    },
    async stop() {
      for (const client of webSockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
