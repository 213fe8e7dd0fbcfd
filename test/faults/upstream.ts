import { createServer, type Socket } from 'node:net'

/** One request as received. */
export interface WireRequest {
  /** Request line and headers. */
  head: string
  body: string
}

/** An action on a socket instead of a proper answer. */
export type Misbehaviour = (socket: Socket, request: WireRequest) => void

/** An upstream with any answer, down to bytes that are not HTTP. */
export interface Upstream {
  readonly url: string
  readonly requests: readonly WireRequest[]
  /** Connections that are open now. */
  readonly open: number
  /** Sets the action for the requests from now on. */
  behave(misbehaviour: Misbehaviour): void
  stop(): Promise<void>
}

const head = (status: string, headers: Readonly<Record<string, string | number>>): string =>
  [`HTTP/1.1 ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')

/** All failures that an HTTP client can tell apart. */
export const misbehaviours = {
  /** A proper answer with a given body. */
  answer:
    (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Misbehaviour =>
    (socket) =>
      socket.write(head(`${status} Whatever`, { 'Content-Length': Buffer.byteLength(body), ...headers }) + body),
  /** These bytes, whatever they are. */
  bytes:
    (text: string): Misbehaviour =>
    (socket) =>
      socket.write(text),
  /** Never answers. */
  hang: (): Misbehaviour => () => {},
  /** Closes without an answer. */
  close: (): Misbehaviour => (socket) => socket.end(),
  /** A TCP reset without an answer. */
  reset: (): Misbehaviour => (socket) => socket.resetAndDestroy(),
  /** The head of an answer, a part of its body, and then a reset. */
  resetInBody:
    (part = '{"status":"succ'): Misbehaviour =>
    (socket) =>
      socket.write(head('200 OK', { 'Content-Length': 1000 }) + part, () => socket.resetAndDestroy()),
  /** The head of an answer and a part of its body, and then a close. */
  closeInBody:
    (part = '{"status":"succ'): Misbehaviour =>
    (socket) =>
      socket.end(head('200 OK', { 'Content-Length': 1000 }) + part),
  /** The head of an answer, and then nothing. */
  hangInBody: (): Misbehaviour => (socket) => socket.write(head('200 OK', { 'Content-Length': 1000 })),
  /** A space at intervals, without end, so that a timeout for silence never fires. */
  trickle:
    (everyMs: number): Misbehaviour =>
    (socket) => {
      socket.write(head('200 OK', { 'Transfer-Encoding': 'chunked' }))
      const timer = setInterval(() => socket.write('1\r\n \r\n'), everyMs)
      socket.once('close', () => clearInterval(timer))
    },
  /** A body without end, as fast as the client reads it. */
  flood: (): Misbehaviour => (socket) => {
    socket.write(head('200 OK', { 'Transfer-Encoding': 'chunked' }))
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const pour = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    }
    socket.on('drain', pour)
    pour()
  },
} as const

const bodyLength = (head: string): number => Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0)

/** Starts an upstream on a free loopback port. It never answers until `behave` is called. */
export const startUpstream = async (): Promise<Upstream> => {
  const requests: WireRequest[] = []
  const sockets = new Set<Socket>()
  let behaviour = misbehaviours.hang()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let received = Buffer.alloc(0)
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = received.subarray(0, end).toString('latin1')
      const whole = end + 4 + bodyLength(head)
      if (received.length < whole) return
      const request = { head, body: received.subarray(end + 4, whole).toString('utf8') }
      received = received.subarray(whole)
      requests.push(request)
      behaviour(socket, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    get open() {
      return sockets.size
    },
    behave: (next) => {
      behaviour = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
