import { describe, expect, it } from 'vitest'
import { slotsOf } from '../../../../../src/relay/operations/status/view/slots.ts'
import { now, pageState } from '../sample-state.ts'

describe('the texts of the page', () => {
  it('of an empty relay claim nothing', () => {
    expect(slotsOf(pageState())).toMatchObject({
      title: '✓ Yes · Pushferry TEST-1',
      queue: '0',
      oldest: '–',
      accepted: '0',
      rejected: '0',
      latency: '–',
      slots: '0 of 3',
      state: 'Nothing has been uploaded yet.',
      facts: 'Pushferry 1.2.3, store sqlite, running for 1 min, 1 process',
    })
  })

  it('tell what the queue is made of, how old it is, and how long it will take', () => {
    const queue = {
      live: 1,
      unproved: 1,
      import: 3_000,
      uploading: 100,
      oldestReceivedAt: now - 61_000,
      etaMs: 240_000,
    }
    expect(slotsOf(pageState({ queue }))).toMatchObject({
      queue: '3,102',
      queueNote: '3,000 imported, 100 being uploaded',
      oldest: '1 min',
      oldestNote: 'about 4 min to go',
    })
  })

  it('say since when uploads fail, why, and when they are tried again, and what to do once', () => {
    const upload = {
      state: 'failing',
      since: now - 30_000,
      nextTryAt: now + 4_000,
      cause: 'Why',
      remedy: 'Do.',
    } as const
    const verdict = { level: 'bad', answer: 'No.', headline: 'x', remedy: 'Do.' } as const
    expect(slotsOf(pageState({ upload, verdict }))).toMatchObject({
      title: '✗ No · Pushferry TEST-1',
      state: 'Uploads have been failing for 30 s.',
      cause: 'Why.',
      remedy: 'Do.',
      uploadRemedy: '',
      nextTry: 'Next try in 4 s.',
      slotsNote: 'one at a time until one succeeds',
    })
    expect(slotsOf(pageState({ upload })).uploadRemedy).toBe('Do.')
  })

  it('tell a limit that a 429 has lowered', () => {
    expect(slotsOf(pageState({ slots: { inFlight: 4, limit: 1, concurrency: 15 } }))).toMatchObject({
      slots: '4 of 15',
      slotsNote: '1 allowed since a 429',
    })
  })
})
