import { describe, expect, it } from 'vitest'
import type { Sent } from '../../../src/relay/clevertap/upload.ts'
import { preferThread } from '../../../src/relay/uploader/prefer-thread.ts'

const answered: Sent = { kind: 'answered', status: 200, body: '{}', retryAfter: undefined }

/** Two ways to send, which answer by hand, and a thread that is there when it is told to be. */
const setUp = () => {
  const log: string[] = []
  const answers: (() => void)[] = []
  let isReady = false
  const way =
    (name: string) =>
    (_: unknown, { atOnce }: { atOnce: number }): Promise<Sent> => {
      log.push(`${name}, ${atOnce} at once`)
      return new Promise((resolve) => answers.push(() => resolve(answered)))
    }
  const handed = preferThread({
    here: way('here'),
    there: { upload: way('there'), recall: () => log.push('recalled') },
    thread: { start: () => void log.push('started'), isReady: () => isReady },
    waiting: 3,
  })
  return {
    log,
    queue: handed.queue,
    setReady: (ready: boolean) => {
      isReady = ready
    },
    upload: () => handed.upload([], { signal: new AbortController().signal, atOnce: 15 }),
    answer: async (at: number) => {
      answers[at]?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

describe('sending that is handed over to a thread', () => {
  it('begins the thread, and goes on from here until it is there', async () => {
    const { log, upload, answer, queue } = setUp()
    expect(queue.capacity()).toBe(0)
    const sent = upload()
    void upload()
    await answer(0)
    expect(await sent).toBe(answered)
    expect(log).toEqual(['started', 'here, 15 at once', 'started', 'here, 15 at once'])
    expect(queue.capacity()).toBe(0)
  })

  it('gives the thread the places that are not taken from here, and lets nothing wait before all are its own', async () => {
    const { log, upload, answer, queue, setReady } = setUp()
    for (let n = 0; n < 2; n++) void upload()
    setReady(true)
    void upload()
    expect(queue.capacity()).toBe(0)
    await answer(1)
    void upload()
    expect(queue.capacity()).toBe(0)
    await answer(0)
    void upload()
    expect(log.slice(4)).toEqual(['there, 13 at once', 'there, 14 at once', 'there, 15 at once'])
    expect(queue.capacity()).toBe(3)
    queue.recall()
    expect(log.at(-1)).toBe('recalled')
  })

  it('comes back here when the thread has died, and begins another', () => {
    const { log, upload, queue, setReady } = setUp()
    setReady(true)
    void upload()
    setReady(false)
    void upload()
    expect(log).toEqual(['there, 15 at once', 'started', 'here, 15 at once'])
    expect(queue.capacity()).toBe(0)
  })
})
