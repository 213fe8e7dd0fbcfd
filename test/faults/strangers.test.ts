import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { signTicket } from '../../src/ticket/index.ts'
import { nativeRecord, subscription } from '../relay/http/sample-records.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { apiKey, type RelayProcess, startRelayProcess } from './relay-process.ts'

const origin = 'https://www.example.com'
const adminKey = 'the-admin-key-of-this-test'
const ticketKey = 'a-ticket-secret-of-more-than-32-characters'
const capacity = 1_000
/** Records of three upload requests. */
const inFlight = 300
const real = ['backend', 'ticket', 'key', 'visitor'] as const

describe('ten addresses that send junk as fast as they may, all of it unknown to CleverTap', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let clevertap: Simulator
  let relay: RelayProcess
  beforeEach(async () => {
    folder = temporaryFolder()
    // Answers 530 for every other profile.
    clevertap = await startSimulator({ knownObjectIds: real, latencyMs: 20 })
    relay = await startRelayProcess({
      clevertap,
      store: `sqlite:${folder.file('outbox.db')}`,
      env: {
        PUSHFERRY_ORIGINS: origin,
        PUSHFERRY_ADMIN_KEY: adminKey,
        PUSHFERRY_TICKET_KEY: ticketKey,
        PUSHFERRY_TRUST_PROXY: 'loopback',
        PUSHFERRY_MAX_UNPROVED: String(capacity),
        // So that the junk is more than its capacity within the test's time.
        PUSHFERRY_RATE_LIMIT: '1000',
      },
    })
  })
  afterEach(async () => {
    relay.kill('SIGKILL')
    await relay.exited
    await clevertap.stop()
    folder.remove()
  })

  const register = async (address: string, body: object, more: Record<string, string> = {}): Promise<Response> =>
    fetch(`${relay.url}/v1/subscriptions`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json', 'x-forwarded-for': address, ...more },
      body: JSON.stringify(body),
    })
  const status = async () => {
    const answer = await fetch(`${relay.url}/status.json`, { headers: { authorization: `Bearer ${adminKey}` } })
    const { accounts } = (await answer.json()) as {
      accounts: [{ queue: { unproved: number }; capacity: { unproved: { evicted: number } } }]
    }
    return accounts[0]
  }
  /** Sends until it is told to stop. */
  const startJunk = (address: string) => {
    const sample = subscription()
    let sent = 0
    let stopped = false
    const run = async (): Promise<void> => {
      while (!stopped) {
        const id = `${address}:junk-${sent++}`
        const junk = { ...sample.tokenData, id }
        const endpoint = `https://fcm.googleapis.com/fcm/send/${id}`
        await (await register(address, { ...sample, tokenData: junk, endpoint, objectId: id })).arrayBuffer()
      }
    }
    const running = run()
    return async (): Promise<void> => {
      stopped = true
      await running
    }
  }

  it('do not keep out a backend, a ticket holder, a key holder and a new visitor', async () => {
    const stateOf = async (objectId: string): Promise<unknown> =>
      ((await relay.ask('GET', `/v1/tokens/${objectId}`)).body as { state?: unknown } | undefined)?.state
    const first = (await (await register('192.0.2.1', subscription('key'))).json()) as { registrationKey: string }
    await eventually(async () => expect(await stateOf('key')).toBe('accepted'))

    const stops = Array.from({ length: 10 }, (_, at) => startJunk(`198.51.${at}.7`))
    try {
      await eventually(async () => expect((await status()).capacity.unproved.evicted).toBeGreaterThan(0))
      const ticket = await signTicket({ objectId: 'ticket', key: ticketKey })
      const answers = await Promise.all([
        fetch(`${relay.url}/1/upload`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
          body: JSON.stringify(nativeRecord('backend')),
        }),
        register('192.0.2.2', subscription('ticket'), { authorization: `Bearer ${ticket}` }),
        register('192.0.2.1', subscription('key'), { 'x-pushferry-key': first.registrationKey }),
        register('203.0.113.5', subscription('visitor')),
      ])
      expect(answers.map((answer) => answer.status)).toEqual([200, 202, 202, 202])
      await eventually(async () => expect(await Promise.all(real.map(stateOf))).toEqual(real.map(() => 'accepted')))
      // What was being uploaded when the capacity was full comes back to it.
      expect((await status()).queue.unproved).toBeLessThanOrEqual(capacity + inFlight)
    } finally {
      await Promise.all(stops.map((stop) => stop()))
    }
  })
})
