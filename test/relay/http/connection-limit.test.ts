import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { openSocket } from './open-socket.ts'
import { startServer } from './running-server.ts'

const ask = async (socket: Socket, path = '/healthz'): Promise<string> => {
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
  const [answer] = await once(socket, 'data')
  return String(answer).slice(0, 12)
}

describe('the connections of one address', () => {
  it('are limited: the oldest idle one is closed for a new one', async () => {
    const { port } = await startServer({ PUSHFERRY_CONNECTIONS_PER_ADDRESS: '2' })
    const first = await openSocket(port)
    const closed = once(first, 'close')
    expect(await ask(first)).toBe('HTTP/1.1 200')
    const second = await openSocket(port)
    expect(await ask(second)).toBe('HTTP/1.1 200')
    const third = await openSocket(port)
    await closed
    for (const socket of [third, second]) expect(await ask(socket)).toBe('HTTP/1.1 200')
  })

  it('that never send a request do not keep out a connection that does', async () => {
    const { port } = await startServer({ PUSHFERRY_CONNECTIONS_PER_ADDRESS: '3' })
    for (let idle = 0; idle < 30; idle++) await openSocket(port)
    expect(await ask(await openSocket(port))).toBe('HTTP/1.1 200')
  })

  it('that are all busy leave no place for a new one, and are answered', async () => {
    const store = createMemoryStore()
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const { port, app } = await startServer(
      { PUSHFERRY_CONNECTIONS_PER_ADDRESS: '1' },
      { store: { ...store, probe: () => held } },
    )
    const busy = await openSocket(port)
    const begun = once(app.server, 'request')
    const answer = ask(busy, '/readyz')
    await begun
    const refused = connect(port, '127.0.0.1').on('error', () => {})
    await once(refused, 'close')
    release()
    expect(await answer).toBe('HTTP/1.1 200')
  })

  it('have no limit where they are those of a trusted proxy', async () => {
    const { port } = await startServer({ PUSHFERRY_CONNECTIONS_PER_ADDRESS: '1', PUSHFERRY_TRUST_PROXY: 'loopback' })
    const sockets = await Promise.all([openSocket(port), openSocket(port), openSocket(port)])
    for (const socket of sockets) expect(await ask(socket)).toBe('HTTP/1.1 200')
  })
})

describe('an idle connection', () => {
  it('is kept for PUSHFERRY_KEEP_ALIVE_MS', async () => {
    const { app, port } = await startServer({ PUSHFERRY_KEEP_ALIVE_MS: '620s' })
    expect(app.server.keepAliveTimeout).toBe(620_000)
    const socket = await openSocket(port)
    socket.write('GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: keep-alive\r\n\r\n')
    expect(String((await once(socket, 'data'))[0])).toMatch(/keep-alive: timeout=620\b/i)
  })
})
