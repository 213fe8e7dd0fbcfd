import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { defaultTimeouts } from '../../../src/relay/http/limits.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { openSocket } from './open-socket.ts'
import { accountId, apiKey, startServer } from './running-server.ts'
import { nativeRecord } from './sample-records.ts'

const upload = (body: string): string =>
  [
    'POST /1/upload HTTP/1.1',
    'host: a',
    `authorization: Bearer ${apiKey}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n')

describe('a server that closes', () => {
  it('finishes the requests in flight and closes their connections behind them', async () => {
    const store = createMemoryStore()
    let arrived = () => {}
    let release = () => {}
    const inPut = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const put: typeof store.put = async (entries) => {
      arrived()
      await gate
      return store.put(entries)
    }
    const { port, app } = await startServer({}, { store: { ...store, put } })
    const socket = await openSocket(port)
    socket.write(upload(JSON.stringify(nativeRecord('user-1'))))
    await inPut
    const closed = app.close()
    release()
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 .*"processed":1/s)
    await closed
    expect(await store.find(accountId, 'user-1')).toMatchObject({ state: 'queued' })
  })

  it('leaves some of the ten seconds that a relay has for what comes after it', () => {
    expect(defaultTimeouts.drainMs).toBeLessThanOrEqual(8_000)
  })

  it('waits for slow clients no longer than drainMs', async () => {
    const { port, app } = await startServer({}, { timeouts: { ...defaultTimeouts, drainMs: 50 } })
    const socket = await openSocket(port)
    socket.on('error', () => {})
    const arrived = once(app.server, 'request')
    socket.write(upload('{"d":[]}').slice(0, -3))
    await arrived
    await app.close()
    await once(socket, 'close')
  })
})
