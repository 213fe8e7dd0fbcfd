import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFeed } from '../../../../src/relay/operations/status/feed.ts'
import type { StatusSnapshot } from '../../../../src/relay/operations/status/view/snapshot.ts'
import { accountStatus } from './sample-state.ts'

const snapshot: StatusSnapshot = {
  generatedAt: 1,
  version: '1',
  startedAt: 0,
  store: { kind: 'sqlite', ok: true, reason: null },
  accounts: [accountStatus({ account: 'A' }), accountStatus({ account: 'B' })],
}

const start = (everyMs: number) => {
  let asked = 0
  const feed = createFeed(
    {
      current: async () => {
        asked++
        return snapshot
      },
    },
    everyMs,
  )
  onTestFinished(feed.close)
  return { feed, asked: () => asked }
}

/** Events of a stream, each as the account that it is about. */
async function* accountsIn(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let text = ''
  for await (const chunk of stream) {
    text += chunk.toString()
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const event of events)
      if (event.startsWith('data: ')) yield JSON.parse(event.slice('data: '.length)).account.account
  }
}

describe('the feed', () => {
  it('tells a reader at once, and then again and again, of the account that it asked for', async () => {
    const { feed } = start(5)
    const events = accountsIn(feed.open('B'))
    for (let round = 0; round < 3; round++) expect((await events.next()).value).toBe('B')
  })

  it('ends all streams when it closes, so that nothing waits for them', async () => {
    const { feed } = start(60_000)
    const streams = [feed.open('A'), feed.open('B')]
    const ended = Promise.all(streams.map((stream) => once(stream.resume(), 'end')))
    feed.close()
    await ended
  })

  it('asks nobody when nobody reads any more', async () => {
    const { feed, asked } = start(1)
    const stream = feed.open('A')
    await accountsIn(stream).next() // which leaves the stream, and so closes it
    stream.destroy()
    const before = asked()
    const other = start(1)
    const events = accountsIn(other.feed.open('A'))
    for (let round = 0; round < 20; round++) await events.next()
    expect(asked()).toBe(before)
  })

  it('leaves events out for a reader that is too slow, and does not pile them up', async () => {
    const { feed, asked } = start(1)
    const stream = feed.open('A')
    const quick = accountsIn(feed.open('B'))
    for (let round = 0; round < 50; round++) await quick.next()
    expect(asked()).toBeGreaterThan(50)
    expect(stream.readableLength).toBeLessThan(4 * JSON.stringify(snapshot).length)
  })
})
