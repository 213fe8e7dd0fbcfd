import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/relay/clevertap/exchange.ts'
import { createJobQueue } from '../../../src/relay/clevertap/thread/job-queue.ts'
import type { Job, Result } from '../../../src/relay/clevertap/thread/messages.ts'

const answered = (status: number): Answer => ({ kind: 'answered', status, body: '{}', retryAfter: undefined })
const unanswered = (reason: string): Answer => ({ kind: 'unanswered', reason })
const job = (number: number, more: Partial<Job> = {}): Job => ({
  number,
  account: 'ACC',
  body: `body ${number}`,
  traceparent: undefined,
  atOnce: 2,
  knownSetbacks: 0,
  ...more,
})

/** A queue, and a CleverTap that answers by hand. */
const setUp = () => {
  let now = 0
  const open = new Map<string, (answer: Answer) => void>()
  /** What happened, in order. */
  const log: string[] = []
  const result: Result[] = []
  const queue = createJobQueue(
    {
      upload: (_, { body = '', signal } = {}) => {
        log.push(`sent ${body.slice(5)}`)
        signal?.addEventListener('abort', () => open.get(body)?.(unanswered('AbortError')))
        return new Promise((resolve) => open.set(body, resolve))
      },
    },
    (one) => {
      result.push(one)
      log.push(`result ${one.number} ${one.sent.kind}`)
    },
    () => now,
  )
  return {
    queue,
    log,
    result,
    pass: (ms: number) => {
      now += ms
    },
    answer: async (number: number, answer: Answer) => {
      open.get(`body ${number}`)?.(answer)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
const takeFour = ({ queue }: Pick<ReturnType<typeof setUp>, 'queue'>): void => {
  for (const number of [1, 2, 3, 4]) queue.take(job(number))
}

describe('the job queue of an account', () => {
  it('sends as many requests as may be in flight, and lets the others wait in their order', () => {
    const { log, ...rig } = setUp()
    takeFour(rig)
    expect(log).toEqual(['sent 1', 'sent 2'])
  })

  it.each([200, 204])('sends the next job before it reports the answer that freed its slot (%i)', async (status) => {
    const { log, answer, ...rig } = setUp()
    takeFour(rig)
    await answer(2, answered(status))
    expect(log.slice(2)).toEqual(['sent 3', 'result 2 answered'])
  })

  it('tells of each request how long it waited', async () => {
    const { result, answer, pass, ...rig } = setUp()
    takeFour(rig)
    pass(30)
    await answer(1, answered(200))
    await answer(3, answered(200))
    expect(result.map(({ sent }) => sent)).toMatchObject([{ waitedMs: 0 }, { waitedMs: 30 }])
  })

  it.each([
    ['429', answered(429)],
    ['400', answered(400)],
    ['401', answered(401)],
    ['503', answered(503)],
    ['redirect', answered(302)],
    ['answer that never came', unanswered('ECONNRESET')],
  ])('gives back what waits after a %s, behind that answer', async (_, answer) => {
    const { log, result, ...rig } = setUp()
    takeFour(rig)
    await rig.answer(1, answer)
    expect(log.slice(2)).toEqual([`result 1 ${answer.kind}`, 'result 3 unsent', 'result 4 unsent'])
    expect(result.map(({ setbacks }) => setbacks)).toEqual([1, 1, 1])
    await rig.answer(2, answered(200))
    expect(log.slice(5)).toEqual(['result 2 answered'])
  })

  it('returns a job unsent if its sender did not know of the last setback, and accepts it otherwise', async () => {
    const { queue, log, answer } = setUp()
    queue.take(job(1))
    await answer(1, answered(500))
    queue.take(job(2))
    queue.take(job(3, { knownSetbacks: 1 }))
    expect(log.slice(2)).toEqual(['result 2 unsent', 'sent 3'])
  })

  it('lets a job wait until as few are in flight as it asks for', async () => {
    const { queue, log, answer } = setUp()
    queue.take(job(1))
    queue.take(job(2))
    queue.take(job(3, { atOnce: 1 }))
    await answer(1, answered(200))
    expect(log).not.toContain('sent 3')
    await answer(2, answered(200))
    expect(log).toContain('sent 3')
  })

  it('gives back what waits when it is called back, and goes on with what comes then', async () => {
    const { queue, log, answer } = setUp()
    takeFour({ queue })
    queue.recall()
    expect(log.slice(2)).toEqual(['result 3 unsent', 'result 4 unsent'])
    queue.take(job(5))
    await answer(1, answered(200))
    expect(log.slice(4)).toEqual(['sent 5', 'result 1 answered'])
  })

  it('cuts off a request in flight, and does not send one that waits, when nobody wants its answer', async () => {
    const { queue, log, answer } = setUp()
    takeFour({ queue })
    queue.abort(3)
    expect(log.slice(2)).toEqual(['result 3 unsent'])
    queue.abort(1)
    await new Promise((resolve) => setImmediate(resolve))
    // A request that was cut off says nothing good; what waited behind it is for others to judge.
    expect(log.slice(3)).toEqual(['result 1 unanswered', 'result 4 unsent'])
    queue.abort(99)
    await answer(2, answered(200))
    expect(log.slice(5)).toEqual(['result 2 answered'])
  })
})
