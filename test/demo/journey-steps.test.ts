import { describe, expect, test } from 'vitest'
import type { Delivery, SimulatedClevertap, Snapshot } from '../../demo/contract.ts'
import type { TokenStatus } from '../../src/relay/store/port.ts'
import { importDemo } from './import-demo.ts'

interface Step {
  state: string
  title: string
  text: string
  json: [string, unknown][]
}
const { stepsOf } = await importDemo<{ stepsOf(facts: object): Step[] }>('site/journey-steps.js')

const objectId = 'demo1'
const call = { number: 2, at: 1, tookMs: 1, size: 1, status: 200, processed: 1, unprocessed: 0 }
const delivery: Delivery = { call, record: { type: 'token', tokenData: { id: 'tok', type: 'fcm' }, objectId } }

const token = (state: TokenStatus['state'], more: Partial<TokenStatus> = {}): TokenStatus => ({
  objectId,
  type: 'chrome',
  state,
  attempts: 0,
  error: null,
  receivedAt: 1,
  settledAt: null,
  warnings: [],
  ...more,
})
const simulated: SimulatedClevertap = {
  simulated: true,
  accountId: 'SIM',
  url: 'http://127.0.0.1:1',
  mode: 'working',
  counts: { calls: 0, tooMany: 0, peakInFlight: 0, accepted: 0, rejected: 0, duplicates: 0 },
  calls: [],
  profiles: [],
  errors: [],
  deliveries: { [objectId]: delivery },
}
const snapshot = (state: TokenStatus | null, clevertap: Snapshot['clevertap'] = simulated): Snapshot => ({
  relay: { url: 'http://127.0.0.1:2', readiness: null },
  clevertap,
  tokens: { [objectId]: state },
  reports: [],
  noTestPush: null,
})

const stranger = {
  status: { state: 'prompt' },
  permission: 'default',
  worker: undefined,
  subscription: undefined,
  exchange: undefined,
  isBusy: false,
  problem: undefined,
  objectId,
  snapshot: snapshot(null),
}
const registered = {
  ...stranger,
  status: { state: 'registered' },
  permission: 'granted',
  worker: { script: 'http://localhost/sw.js', scope: 'http://localhost/', state: 'activated' },
  subscription: { endpoint: 'https://fcm.googleapis.com/fcm/send/tok' },
  exchange: { request: { objectId }, status: 202, answer: { result: 'queued' } },
  snapshot: snapshot(token('accepted')),
}
const states = (facts: object): string =>
  stepsOf(facts)
    .map(({ state }) => state)
    .join(' ')

describe('how far a token has come', () => {
  test.each([
    ['nobody was asked', stranger, 'todo todo todo todo todo'],
    ['the browser asks', { ...stranger, isBusy: true }, 'doing todo todo todo todo'],
    ['blocked', { ...stranger, permission: 'denied', status: { state: 'denied' } }, 'failed todo todo todo todo'],
    ['the question was closed', { ...stranger, problem: 'permission-dismissed' }, 'todo todo todo todo todo'],
    ['no push here', { ...stranger, problem: 'unsupported' }, 'failed todo todo todo todo'],
    [
      'the worker is refused',
      { ...stranger, permission: 'granted', problem: 'worker-failed' },
      'done failed todo todo todo',
    ],
    [
      'no push service',
      { ...registered, subscription: undefined, problem: 'push-service-unavailable', snapshot: snapshot(null) },
      'done done failed todo todo',
    ],
    [
      'no relay',
      { ...registered, status: { state: 'subscribed', reason: 'unreachable' }, exchange: undefined },
      'done done done waiting todo',
    ],
    [
      'the relay refuses',
      { ...registered, status: { state: 'subscribed', reason: 'push-service-not-accepted' } },
      'done done done failed todo',
    ],
    ['queued', { ...registered, snapshot: snapshot(token('queued')) }, 'done done done done waiting'],
    ['there', registered, 'done done done done done'],
    [
      'CleverTap refuses it',
      { ...registered, snapshot: snapshot(token('rejected', { error: { code: 530, message: 'invalid' } })) },
      'done done done done failed',
    ],
    [
      'unsubscribed',
      { ...registered, subscription: undefined, status: { state: 'granted' } },
      'done done todo todo todo',
    ],
    ['the demo is gone', { ...registered, snapshot: undefined }, 'done done done done todo'],
  ])('shows how far the token has come: %s', (_, facts, expected) => {
    expect(states(facts)).toBe(expected)
  })

  test('shows the very JSON of each step', () => {
    const json = stepsOf(registered).map((step) => step.json.map(([, value]) => value))
    expect(json).toEqual([
      ['granted'],
      [registered.worker],
      [registered.subscription],
      [{ objectId }, { result: 'queued' }],
      [delivery.record, token('accepted')],
    ])
  })

  test('counts the tries of a token that waits', () => {
    const waiting = { ...registered, snapshot: snapshot(token('queued', { attempts: 1 })) }
    expect(stepsOf(waiting)[4]?.text).toContain('1 try so far')
  })

  test('says so when the profile keeps another token', () => {
    const held = { objectId, platform: 'Web', storedAt: 1, duplicates: 0 }
    const profiles = [{ ...held, token: { objectId, id: 'older', type: 'chrome' } }]
    const kept = { ...registered, snapshot: snapshot(token('accepted'), { ...simulated, profiles }) }
    expect(stepsOf(kept)[4]?.text).toContain('keeps the token that it has')
  })

  test('calls the real CleverTap by its name', () => {
    const real = { simulated: false, accountId: 'A', url: 'https://eu1.api.clevertap.com', hasOwnKey: true } as const
    const step = stepsOf({ ...registered, snapshot: snapshot(token('accepted'), real) })[4]
    expect(step?.text).toMatch(/^CleverTap has put/)
    expect(step?.json.map(([title]) => title)).toEqual(['GET /v1/tokens/{objectId}, at the relay'])
  })
})
