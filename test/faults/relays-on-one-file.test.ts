import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadSqlite } from '../../src/relay/store/sqlite/driver.ts'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type RelayProcess, type RelayProcessOptions, startRelayProcess } from './relay-process.ts'

const names = (count: number, from = 0): string[] => Array.from({ length: count }, (_, at) => `__p${from + at}`)

/** What a relay says of a record that CleverTap has answered for, as soon as that answer is in the store. */
const settled = async (relay: RelayProcess | undefined, objectId: string): Promise<unknown> => {
  for (;;) {
    const body = (await relay?.ask('GET', `/v1/tokens/${objectId}`))?.body
    if (!['queued', 'uploading'].includes(String(Object(body).state))) return body
  }
}

describe('relays on one SQLite file', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let clevertap: Simulator
  let relays: RelayProcess[]
  const start = async (env: RelayProcessOptions['env'] = {}): Promise<RelayProcess> => {
    const relay = await startRelayProcess({ clevertap, store: `sqlite:${folder.file('outbox.db')}`, env })
    relays.push(relay)
    return relay
  }
  beforeEach(async () => {
    folder = temporaryFolder()
    relays = []
    clevertap = await startSimulator({ latencyMs: 40 })
  })
  afterEach(async () => {
    for (const relay of relays) relay.kill('SIGKILL')
    await Promise.all(relays.map((relay) => relay.exited))
    await clevertap.stop()
    folder.remove()
  })

  it('have at most three requests in flight together, and upload nothing twice', async () => {
    const both = await Promise.all([start(), start()])
    // Each takes in half of the load, as behind a load balancer, in calls of 20 records, eight at a time.
    const calls = Array.from({ length: 200 }, (_, at) => names(20, at * 20))
    let next = 0
    const client = async (): Promise<void> => {
      for (let at = next++; at < calls.length; at = next++) {
        const posted = await both[at % 2]?.post(calls[at] ?? [])
        expect(posted?.body).toMatchObject({ status: 'success', processed: 20 })
      }
    }
    await Promise.all(Array.from({ length: 8 }, client))
    await clevertap.until(({ profiles }) => profiles.size === 4000)
    expect(clevertap.counts).toMatchObject({ accepted: 4000, duplicates: 0, rejected: 0, tooMany: 0 })
    expect(clevertap.peakInFlight).toBeLessThanOrEqual(3)
    // Which of them uploads is chance: who has all the slots keeps them while it has work.
    expect(both.some(({ log }) => log.some(({ event, accepted }) => event === 'upload' && Number(accepted) > 0))).toBe(
      true,
    )
    for (const objectId of ['__p0', '__p3999'])
      expect(await settled(both[1], objectId)).toMatchObject({ state: 'accepted', attempts: 1 })
  })

  it('take over what a killed one held', async () => {
    clevertap.fail({ kind: 'latency', ms: 30_000, times: 3, dryRun: false })
    const first = await start()
    await first.post(names(500))
    await clevertap.until(({ inFlight }) => inFlight === 3)
    first.kill('SIGKILL')
    await first.exited
    const second = await start()
    await clevertap.until(({ profiles }) => profiles.size === 500)
    await second.logged(({ event }) => event === 'took over rows of a dead process')
    expect(clevertap.counts.tooMany).toBe(0)
    // Taken in by the first's requests, which were cut off before their answers, and so sent again.
    expect(clevertap.counts.duplicates).toBeLessThanOrEqual(300)
  })

  it('share the work of one that stops, which leaves at once what it held', async () => {
    const both = await Promise.all([start(), start()])
    await both[0]?.post(names(1000))
    await both[1]?.post(names(1000, 1000))
    await clevertap.until(({ counts }) => counts.accepted > 0)
    expect(await both[0]?.stop()).toEqual({ code: 0, signal: null })
    await clevertap.until(({ profiles }) => profiles.size === 2000)
    expect(clevertap.counts).toMatchObject({ accepted: 2000, duplicates: 0, tooMany: 0 })
    expect(both[1]?.log.some(({ event }) => event === 'took over rows of a dead process')).toBe(false)
  })

  /** Stops a process where it holds no lock: one that was stopped in the middle of a commit keeps all others from theirs. */
  const freeze = async (relay: RelayProcess): Promise<void> => {
    const { DatabaseSync } = await loadSqlite()
    const database = new DatabaseSync(folder.file('outbox.db'))
    const isLocked = (waitMs: number): boolean => {
      try {
        database.exec(`PRAGMA busy_timeout = ${waitMs}`)
        database.exec('BEGIN IMMEDIATE')
        database.exec('ROLLBACK')
        return false
      } catch {
        return true
      }
    }
    for (;;) {
      relay.kill('SIGSTOP')
      if (!isLocked(0)) break
      relay.kill('SIGCONT')
      // Until it has ended its commit, however long the disk takes: stopped again at once, it never would.
      isLocked(10_000)
    }
    database.close()
  }

  it('go on when one of them stood still for longer than the lease time and wakes up again', async () => {
    clevertap.fail({ kind: 'latency', ms: 1000, times: 3, dryRun: false })
    const sleeper = await start()
    await sleeper.post(names(1000))
    await clevertap.until(({ inFlight }) => inFlight === 3)
    await freeze(sleeper)
    const other = await start()
    await other.logged(({ event }) => event === 'took over rows of a dead process')
    await clevertap.until(({ profiles }) => profiles.size === 1000)
    sleeper.kill('SIGCONT')
    await sleeper.post(names(500, 1000))
    await other.post(names(500, 1500))
    await clevertap.until(({ profiles }) => profiles.size === 2000)
    expect(clevertap.counts.tooMany).toBe(0)
    expect(clevertap.peakInFlight).toBeLessThanOrEqual(3)
    for (const relay of relays) expect(relay.running).toBe(true)
  })
})
