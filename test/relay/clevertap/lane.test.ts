import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/relay/clevertap/exchange.ts'
import { createLane } from '../../../src/relay/clevertap/thread/lane.ts'
import type { Job, Told } from '../../../src/relay/clevertap/thread/messages.ts'

const answered = (status: number): Answer => ({ kind: 'answered', status, body: '{}', retryAfter: undefined })
const unanswered = (reason: string): Answer => ({ kind: 'unanswered', reason })
const job = (number: number, more: Partial<Job> = {}): Job => ({
  number,
  account: 'ACC',
  body: `body ${number}`,
  traceparent: undefined,
  atOnce: 2,
  knows: 0,
  ...more,
})

/** A lane, and a CleverTap that answers by hand. */
const setUp = () => {
  let now = 0
  const open = new Map<string, (answer: Answer) => void>()
  /** What happened, in order. */
  const log: string[] = []
  const told: Told[] = []
  const lane = createLane(
    {
      upload: (_, { body = '', signal } = {}) => {
        log.push(`sent ${body.slice(5)}`)
        signal?.addEventListener('abort', () => open.get(body)?.(unanswered('AbortError')))
        return new Promise((resolve) => open.set(body, resolve))
      },
    },
    (one) => {
      told.push(one)
      log.push(`told ${one.number} ${one.sent.kind}`)
    },
    () => now,
  )
  return {
    lane,
    log,
    told,
    pass: (ms: number) => {
      now += ms
    },
    answer: async (number: number, answer: Answer) => {
      open.get(`body ${number}`)?.(answer)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
const takeFour = ({ lane }: Pick<ReturnType<typeof setUp>, 'lane'>): void => {
  for (const number of [1, 2, 3, 4]) lane.take(job(number))
}

describe('a lane', () => {
  it('sends as many requests as may be in flight, and lets the others wait in their order', () => {
    const { log, ...rig } = setUp()
    takeFour(rig)
    expect(log).toEqual(['sent 1', 'sent 2'])
  })

  it.each([200, 204])('sends the next before it tells of the answer that made room for it (%i)', async (status) => {
    const { log, answer, ...rig } = setUp()
    takeFour(rig)
    await answer(2, answered(status))
    expect(log.slice(2)).toEqual(['sent 3', 'told 2 answered'])
  })

  it('tells of each request how long it waited', async () => {
    const { told, answer, pass, ...rig } = setUp()
    takeFour(rig)
    pass(30)
    await answer(1, answered(200))
    await answer(3, answered(200))
    expect(told.map(({ sent }) => sent)).toMatchObject([{ waitedMs: 0 }, { waitedMs: 30 }])
  })

  it.each([
    ['429', answered(429)],
    ['400', answered(400)],
    ['401', answered(401)],
    ['503', answered(503)],
    ['redirect', answered(302)],
    ['answer that never came', unanswered('ECONNRESET')],
  ])('gives back what waits after a %s, behind that answer', async (_, answer) => {
    const { log, told, ...rig } = setUp()
    takeFour(rig)
    await rig.answer(1, answer)
    expect(log.slice(2)).toEqual([`told 1 ${answer.kind}`, 'told 3 unsent', 'told 4 unsent'])
    expect(told.map(({ setbacks }) => setbacks)).toEqual([1, 1, 1])
    await rig.answer(2, answered(200))
    expect(log.slice(5)).toEqual(['told 2 answered'])
  })

  it('gives a job back whose sender had not heard of the last setback, and takes it from one who has', async () => {
    const { lane, log, answer } = setUp()
    lane.take(job(1))
    await answer(1, answered(500))
    lane.take(job(2))
    lane.take(job(3, { knows: 1 }))
    expect(log.slice(2)).toEqual(['told 2 unsent', 'sent 3'])
  })

  it('lets a job wait until as few are in flight as it asks for', async () => {
    const { lane, log, answer } = setUp()
    lane.take(job(1))
    lane.take(job(2))
    lane.take(job(3, { atOnce: 1 }))
    await answer(1, answered(200))
    expect(log).not.toContain('sent 3')
    await answer(2, answered(200))
    expect(log).toContain('sent 3')
  })

  it('gives back what waits when it is called back, and goes on with what comes then', async () => {
    const { lane, log, answer } = setUp()
    takeFour({ lane })
    lane.recall()
    expect(log.slice(2)).toEqual(['told 3 unsent', 'told 4 unsent'])
    lane.take(job(5))
    await answer(1, answered(200))
    expect(log.slice(4)).toEqual(['sent 5', 'told 1 answered'])
  })

  it('cuts off a request in flight, and does not send one that waits, when nobody wants its answer', async () => {
    const { lane, log, answer } = setUp()
    takeFour({ lane })
    lane.abort(3)
    expect(log.slice(2)).toEqual(['told 3 unsent'])
    lane.abort(1)
    await new Promise((resolve) => setImmediate(resolve))
    // A request that was cut off says nothing good; what waited behind it is for others to judge.
    expect(log.slice(3)).toEqual(['told 1 unanswered', 'told 4 unsent'])
    lane.abort(99)
    await answer(2, answered(200))
    expect(log.slice(5)).toEqual(['told 2 answered'])
  })
})
