import { describe, expect, it, onTestFinished } from 'vitest'
import { type ProbeReport, probeSample } from '../../src/import/probe.ts'
import { createSample } from '../../src/import/sample.ts'
import { createClevertapClient } from '../../src/relay/clevertap/client.ts'
import type { NewEntry } from '../../src/relay/store/port.ts'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'

const entry = (objectId: string): NewEntry => ({
  account: 'A',
  objectId,
  token: { type: 'fcm', id: `token-${objectId}` },
  priority: 'import',
  sender: 'trusted',
  replaceLive: false,
  warnings: [],
})

const clevertap = async (): Promise<Simulator> => {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.stop())
  return simulator
}
const probe = async ({ url, accountId, passcode }: Simulator, objectIds: readonly string[]): Promise<ProbeReport> => {
  const client = createClevertapClient({ url, accountId, passcode })
  onTestFinished(() => client.close())
  return probeSample(objectIds.map(entry), client, 'padded')
}

describe('asking CleverTap about a sample', () => {
  it('is one dry run, with each profile once', async () => {
    const simulator = await clevertap()
    expect(await probe(simulator, ['a', 'b', 'a'])).toEqual({
      kind: 'judged',
      records: 2,
      accepted: 2,
      refused: new Map(),
    })
    expect(simulator.received().map(({ dryRun, size }) => [dryRun, size])).toEqual([[true, 2]])
    expect(simulator.profiles.size).toBe(0)
  })

  it('tells how many it refuses, by code', async () => {
    const simulator = await clevertap()
    simulator.fail({ kind: 'reject', code: 535, objectIds: ['b', 'c'] })
    expect(await probe(simulator, ['a', 'b', 'c'])).toMatchObject({
      accepted: 1,
      refused: new Map([[535, { records: 2, text: expect.any(String) }]]),
    })
  })

  it('tells when the credentials are refused, and when nothing was learned', async () => {
    const simulator = await clevertap()
    expect(await probe({ ...simulator, passcode: 'wrong' }, ['a'])).toEqual({ kind: 'unauthorized' })
    simulator.fail({ kind: 'status', status: 503 })
    expect(await probe(simulator, ['a'])).toEqual({ kind: 'unknown', reason: 'HTTP 503' })
  })
})

describe('a sample', () => {
  it('is all of a few, and as many as asked for of many', () => {
    const few = createSample<number>(3)
    few.add(1)
    expect(few.taken()).toEqual([1])
    const many = createSample<number>(3)
    for (let n = 0; n < 1000; n++) many.add(n)
    expect(new Set(many.taken()).size).toBe(3)
  })

  it('gives the last the same chance as the first', () => {
    // The n-th has the chance 3/n to take the place of one of three: below 3 it replaces that one.
    const sample = createSample<number>(3, () => 0)
    for (let n = 0; n < 10; n++) sample.add(n)
    expect(sample.taken()).toEqual([9, 1, 2])
    const other = createSample<number>(3, () => 0.9999)
    for (let n = 0; n < 10; n++) other.add(n)
    expect(other.taken()).toEqual([0, 1, 2])
  })
})
