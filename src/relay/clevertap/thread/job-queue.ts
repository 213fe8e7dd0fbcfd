import type { ClevertapClient } from '../client.ts'
import type { Answer } from '../exchange.ts'
import type { Job, Result } from './messages.ts'

/** One account's requests in the sender thread: in flight and queued. */
export interface JobQueue {
  /** Queues a job. It is sent as soon as fewer than `atOnce` requests are in flight, first in, first out. */
  take(job: Job): void
  /** Aborts a job that is in flight or queued. */
  abort(number: number): void
  /** Returns all queued jobs unsent. */
  recall(): void
}

/** Whether the next request may follow this answer at once. The verdicts on single records are read elsewhere. */
const isGood = (answer: Answer): boolean => answer.kind === 'answered' && answer.status >= 200 && answer.status < 300

/**
 * Sends the next queued job as soon as a request ends with a 2xx. Any other answer is a setback: the queue returns all its jobs
 * unsent. Later jobs are also returned unsent while their sender does not know of the setback. The uploader decides what to do.
 */
export const createJobQueue = (
  client: Pick<ClevertapClient, 'upload'>,
  post: (result: Result) => void,
  elapsed: () => number = () => performance.now(),
): JobQueue => {
  const inFlight = new Map<number, AbortController>()
  let waiting: { job: Job; since: number }[] = []
  let setbacks = 0

  const returnUnsent = ({ number, account }: Job): void => post({ number, account, setbacks, sent: { kind: 'unsent' } })
  const returnAll = (): void => {
    const all = waiting
    waiting = []
    for (const { job } of all) returnUnsent(job)
  }
  const fill = (): void => {
    for (;;) {
      const [next] = waiting
      if (!next || inFlight.size >= next.job.atOnce) return
      waiting.shift()
      void send(next.job, elapsed() - next.since)
    }
  }
  const send = async (job: Job, waitedMs: number): Promise<void> => {
    const { number, account, body, traceparent } = job
    const cut = new AbortController()
    inFlight.set(number, cut)
    const { signal } = cut
    const answer = await client.upload([], { body, signal, ...(traceparent === undefined ? {} : { traceparent }) })
    inFlight.delete(number)
    const good = isGood(answer)
    if (good) fill()
    else setbacks++
    post({ number, account, setbacks, sent: { ...answer, waitedMs } })
    if (!good) returnAll()
  }

  return {
    take: (job) => {
      if (job.knownSetbacks < setbacks) returnUnsent(job)
      else {
        waiting.push({ job, since: elapsed() })
        fill()
      }
    },
    abort: (number) => {
      inFlight.get(number)?.abort()
      const aborted = waiting.find(({ job }) => job.number === number)
      if (!aborted) return
      waiting = waiting.filter((one) => one !== aborted)
      returnUnsent(aborted.job)
    },
    recall: returnAll,
  }
}
