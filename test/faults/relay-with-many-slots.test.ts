import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type RelayProcess, startRelayProcess } from './relay-process.ts'

const slots = 15
const records = 4500
const names = Array.from({ length: records }, (_, at) => `__p${at}`)
const isLinux = process.platform === 'linux'

describe('a relay with so many slots that a thread of its own sends', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let clevertap: Simulator
  let relay: RelayProcess
  beforeEach(async () => {
    folder = temporaryFolder()
    clevertap = await startSimulator({ latencyMs: 300, limit: slots })
    relay = await startRelayProcess({
      clevertap,
      store: `sqlite:${folder.file('outbox.db')}`,
      // Retry-After is believed up to the longest wait, which must exceed the two seconds that a test asks for.
      env: { PUSHFERRY_UPLOAD_CONCURRENCY: `${slots}`, PUSHFERRY_FLUSH_MS: '0', PUSHFERRY_RETRY_MAX_MS: '5000' },
    })
    // The relay's check of its credentials at the start is a request beside the slots.
    await clevertap.until((simulator) => simulator.received().some(({ dryRun }) => dryRun))
  })
  afterEach(async () => {
    relay.kill('SIGKILL')
    await relay.exited
    await clevertap.stop()
    folder.remove()
  })
  const postAll = async (): Promise<void> => {
    for (let from = 0; from < records; from += 900) {
      const posted = await Promise.all(
        Array.from({ length: 9 }, (_, n) => relay.post(names.slice(from + n * 100, from + n * 100 + 100))),
      )
      expect(new Set(posted.map(({ status }) => status))).toEqual(new Set([200]))
    }
  }

  it('uses all of them, and never one more', async () => {
    // Requests that take long, so that all slots are in use at once however slowly this machine fills them.
    clevertap.fail({ kind: 'latency', ms: 2_000, times: 'always' })
    await postAll()
    await clevertap.until(({ counts }) => counts.accepted === records)
    expect(clevertap.counts).toMatchObject({ tooMany: 0, duplicates: 0, peakInFlight: slots })
    expect(await relay.stop()).toEqual({ code: 0, signal: null })
    expect(relay.stray).toEqual([])
  })

  it('sends nothing before a 429 says so', async () => {
    clevertap.fail({ kind: 'status', status: 429, retryAfter: 2, dryRun: false })
    await postAll()
    await clevertap.until(({ counts }) => counts.accepted === records)
    const calls = clevertap.received().filter(({ dryRun }) => !dryRun)
    const refused = calls.find(({ status }) => status === 429)
    const answeredAt = (refused?.at ?? 0) + (refused?.tookMs ?? 0)
    // What was under way goes on; what begins next, begins two seconds after it.
    const later = calls.filter(({ at }) => at > answeredAt + 1000)
    expect(calls.length - later.length).toBeLessThanOrEqual(2 * slots)
    for (const { at } of later) expect(at).toBeGreaterThanOrEqual(answeredAt + 1990)
    expect(clevertap.counts.duplicates).toBe(0)
  })

  it('stops at SIGTERM with nothing in flight and nothing lost, and goes on where it was', async () => {
    await postAll()
    await clevertap.until(({ counts }) => counts.calls >= 10)
    expect(await relay.stop()).toEqual({ code: 0, signal: null })
    expect(clevertap.inFlight).toBe(0)
    expect(relay.stray).toEqual([])
    relay = await startRelayProcess({
      clevertap,
      store: `sqlite:${folder.file('outbox.db')}`,
      env: { PUSHFERRY_UPLOAD_CONCURRENCY: `${slots}` },
    })
    await clevertap.until(({ counts }) => counts.accepted === records)
    expect(clevertap.counts.duplicates).toBe(0)
  })

  it.runIf(isLinux)('has that thread, and with few slots none', async () => {
    const threadsOf = ({ pid }: RelayProcess): number => readdirSync(`/proc/${pid}/task`).length
    const few = await startRelayProcess({ clevertap, store: `sqlite:${folder.file('few.db')}` })
    expect(threadsOf(relay)).toBe(threadsOf(few) + 1)
    await few.stop()
  })
})
