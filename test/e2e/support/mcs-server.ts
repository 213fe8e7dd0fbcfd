import { createServer, type TLSSocket } from 'node:tls'
import { createCertificate } from './certificate.ts'
import { listen } from './listen.ts'
import { bytesField, decodeFields, intField, readVarint, varint } from './protobuf.ts'

const VERSION = 41
const HEARTBEAT_PING = 0
const HEARTBEAT_ACK = 1
const LOGIN_REQUEST = 2
const LOGIN_RESPONSE = 3
const IQ = 7
const DATA_MESSAGE = 8

/** One push on its way to the browser. */
export interface McsMessage {
  /** The applicationServerKey of the registration: the browser looks its keys up by it. */
  readonly from: string
  readonly category: string
  /** Web push headers, and the app id as `subtype`. */
  readonly appData: Readonly<Record<string, string>>
  readonly ttlSeconds: number
  /** The encrypted web push body as the sender sent it; empty for a push without payload. */
  readonly body: Buffer
}

export interface McsServer {
  /** For `--gcm-mcs-endpoint`. */
  readonly endpoint: string
  /** For `--ignore-certificate-errors-spki-list`. */
  readonly spkiPin: string
  /** Sends now or at the next login, and again after each reconnection until the browser has acknowledged it. */
  deliver(message: McsMessage): void
  stop(): Promise<void>
}

export interface McsListener {
  onLogin(): void
  onDisconnect(): void
  onAcknowledged(message: McsMessage): void
}

interface Connection {
  readonly socket: TLSSocket
  /** How many frames were sent; the browser acknowledges by this count. */
  sent: number
  /** Frame number → persistent id of the push that it carried. */
  readonly carried: Map<number, string>
}

const stanza = (id: string, message: McsMessage): Buffer =>
  Buffer.concat([
    bytesField(3, message.from),
    bytesField(5, message.category),
    ...Object.entries(message.appData).map(([key, value]) =>
      bytesField(7, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
    ),
    bytesField(9, id),
    intField(17, message.ttlSeconds),
    intField(18, Math.floor(Date.now() / 1000)),
    ...(message.body.length > 0 ? [bytesField(21, message.body)] : []),
    // immediate_ack: without it the browser acknowledges with its next frame, minutes later.
    intField(24, 1),
  ])

/**
 * The part of Google's Mobile Connection Server that desktop Chromium needs: TLS, one version byte each way, then frames of a tag
 * byte, a varint length and a protobuf. Fields: google_apis/gcm/protocol/mcs.proto in Chromium's source.
 */
export const startMcsServer = async (listener: McsListener): Promise<McsServer> => {
  const { key, cert, spkiPin } = createCertificate()
  const pending = new Map<string, McsMessage>()
  const sockets = new Set<TLSSocket>()
  let current: Connection | null = null
  let serial = 0

  const write = (connection: Connection, tag: number, body: Buffer): void => {
    connection.sent++
    connection.socket.write(Buffer.concat([Buffer.from([tag]), varint(body.length), body]))
  }

  const send = (connection: Connection, id: string, message: McsMessage): void => {
    write(connection, DATA_MESSAGE, stanza(id, message))
    connection.carried.set(connection.sent, id)
  }

  const acknowledge = (id: string): void => {
    const message = pending.get(id)
    if (!message) return
    pending.delete(id)
    listener.onAcknowledged(message)
  }

  const logIn = (connection: Connection, request: Buffer): void => {
    const login = decodeFields(request)
    const reply = Buffer.concat([bytesField(1, login.bytes(1)[0] ?? ''), intField(6, 1), intField(8, Date.now())])
    connection.socket.write(Buffer.from([VERSION]))
    write(connection, LOGIN_RESPONSE, reply)
    current = connection
    for (const id of login.bytes(10)) acknowledge(id.toString())
    for (const [id, message] of pending) send(connection, id, message)
    listener.onLogin()
  }

  const onFrame = (connection: Connection, tag: number, body: Buffer): void => {
    if (tag === LOGIN_REQUEST) logIn(connection, body)
    else if (tag === HEARTBEAT_PING) write(connection, HEARTBEAT_ACK, Buffer.alloc(0))
    else if (tag === IQ) {
      const lastRead = Number(decodeFields(body).int(10) ?? 0n)
      for (const [frame, id] of connection.carried) if (frame <= lastRead) acknowledge(id)
    }
  }

  const server = createServer({ key, cert }, (socket) => {
    const connection: Connection = { socket, sent: 0, carried: new Map() }
    let buffer = Buffer.alloc(0)
    let greeted = false
    sockets.add(socket)
    socket.on('error', () => {}) // the browser may disconnect at any time; 'close' follows
    socket.on('close', () => {
      sockets.delete(socket)
      if (current !== connection) return
      current = null
      listener.onDisconnect()
    })
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      if (!greeted) {
        greeted = true
        buffer = buffer.subarray(1)
      }
      while (buffer.length >= 2) {
        const size = readVarint(buffer, 1)
        const end = size ? size.next + Number(size.value) : Number.POSITIVE_INFINITY
        if (!size || buffer.length < end) return
        onFrame(connection, buffer.readUInt8(0), buffer.subarray(size.next, end))
        buffer = buffer.subarray(end)
      }
    })
  })
  const port = await listen(server)

  return {
    endpoint: `https://127.0.0.1:${port}`,
    spkiPin,
    deliver(message) {
      const id = `0:${Date.now()}%${++serial}`
      pending.set(id, message)
      if (current) send(current, id, message)
    },
    stop() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
