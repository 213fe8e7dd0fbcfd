import { expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/index.ts'
import { fcm, post, simulate } from './call.ts'

test('it listens on a free loopback port', async () => {
  const clevertap = await simulate()
  expect(clevertap.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
})

test('a taken port is an error and not a crash', async () => {
  const clevertap = await simulate()
  await expect(startSimulator({ port: Number(new URL(clevertap.url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})

test('clear forgets everything, also what a call that is still open will bring', async () => {
  const clevertap = await simulate()
  clevertap.fail({ kind: 'hang' }, { kind: 'html' })
  const patience = new AbortController()
  const hanging = post(clevertap, [fcm('a')], { signal: patience.signal })
  await clevertap.until(({ inFlight }) => inFlight === 1)
  clevertap.clear()
  patience.abort()
  await Promise.allSettled([hanging])
  await clevertap.until(({ inFlight }) => inFlight === 0)
  expect(clevertap.received()).toEqual([])
  await post(clevertap, [fcm('b')])
  expect(clevertap.received()).toMatchObject([{ number: 1, status: 200, fault: null }])
  expect(clevertap.counts).toEqual({
    calls: 1,
    tooMany: 0,
    peakInFlight: 1,
    accepted: 1,
    rejected: 0,
    duplicates: 0,
  })
})

test('until resolves at once for a true condition, later when it becomes true, and rejects with the counts when it never does', async () => {
  const clevertap = await simulate()
  await clevertap.until(() => true)
  const soon = clevertap.until(({ counts }) => counts.accepted === 1)
  await post(clevertap, [fcm('a')])
  await soon
  await expect(clevertap.until(() => false, 1)).rejects.toThrow('"accepted":1')
})

test('until rejects with what its condition throws', async () => {
  const clevertap = await simulate()
  const condition = (): boolean => {
    throw new Error('mine')
  }
  await expect(clevertap.until(condition)).rejects.toThrow('mine')
})

test('a fault that makes no sense is refused when it is given', async () => {
  const clevertap = await simulate()
  expect(() => clevertap.fail({ kind: 'status', status: 99 })).toThrow(
    new TypeError('status of fault status must be a whole number from 200 to 599'),
  )
})

test('stop can be called twice', async () => {
  const clevertap = await simulate()
  await clevertap.stop()
  await clevertap.stop()
  await expect(post(clevertap, [])).rejects.toThrow()
})
