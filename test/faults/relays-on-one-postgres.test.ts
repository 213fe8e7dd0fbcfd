import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { type PostgresServer, startPostgres } from '../support/start-postgres.ts'
import { type RelayProcess, startRelayProcess } from './relay-process.ts'

/** As behind a load balancer that knows who is alive, posts until told to stop; remembers who was acknowledged. */
const beginLoad = (relays: readonly RelayProcess[], prefix: string) => {
  const acknowledged: string[] = []
  let isOver = false
  let nextProfile = 0
  const client = async (number: number): Promise<void> => {
    for (let call = number; !isOver; call++) {
      const objectIds = Array.from({ length: 10 }, () => `${prefix}${nextProfile++}`)
      const alive = relays.filter(({ running }) => running)
      const posted = await alive[call % alive.length]?.post(objectIds)
      if (posted?.status === 200) acknowledged.push(...objectIds)
      // Refused or unanswered: others have a turn, and the next call names others.
      else await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const clients = Array.from({ length: 4 }, (_, number) => client(number))
  return {
    acknowledged,
    more: (count: number) => {
      const wanted = acknowledged.length + count
      return expect.poll(() => acknowledged.length).toBeGreaterThan(wanted)
    },
    stop: async () => {
      isOver = true
      await Promise.all(clients)
    },
  }
}

describe('three relays on one PostgreSQL', () => {
  let server: PostgresServer
  let clevertap: Simulator
  let relays: RelayProcess[]
  const start = (): Promise<RelayProcess> =>
    startRelayProcess({ clevertap, store: `postgres://postgres@127.0.0.1:${server.port}/postgres` })
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.end())
  beforeEach(async () => {
    clevertap = await startSimulator({ latencyMs: 150 })
    relays = await Promise.all([start(), start(), start()])
  })
  afterEach(async () => {
    for (const relay of relays) relay.kill('SIGKILL')
    await Promise.all(relays.map((relay) => relay.exited))
    await clevertap.stop()
  })
  const arrived = (objectIds: readonly string[]): Promise<void> =>
    clevertap.until(({ profiles }) => objectIds.every((objectId) => profiles.has(objectId)))

  it('have at most three requests in flight together, and send nothing twice', async () => {
    const load = beginLoad(relays, '__a')
    await load.more(600)
    await load.stop()
    await arrived(load.acknowledged)
    expect(clevertap.counts).toMatchObject({ duplicates: 0, rejected: 0, tooMany: 0 })
    expect(clevertap.counts.accepted).toBe(load.acknowledged.length)
    expect(clevertap.peakInFlight).toBeLessThanOrEqual(3)
  })

  it('lose nothing that they acknowledged while each of them is killed once and the database is stopped twice', async () => {
    const load = beginLoad(relays, '__b')
    for (const at of relays.keys()) {
      await load.more(200)
      relays[at]?.kill('SIGKILL')
      await relays[at]?.exited
      if (at > 0) {
        await server.stop(at === 1 ? 'INT' : 'QUIT')
        const refused = await relays[0]?.post(['__refused'])
        expect(refused).toMatchObject({ status: 503, body: { status: 'fail', code: 503 } })
        expect((await relays[0]?.ask('GET', '/readyz'))?.status).toBe(503)
        await server.start()
      }
      relays[at] = await start()
    }
    await load.more(200)
    await load.stop()
    await arrived(load.acknowledged)
    expect(clevertap.peakInFlight).toBeLessThanOrEqual(3)
    expect(clevertap.counts).toMatchObject({ rejected: 0, tooMany: 0 })
    for (const relay of relays) {
      expect((await relay.ask('GET', '/readyz')).status).toBe(200)
      expect(relay.stray).toEqual([])
    }
  })
})
