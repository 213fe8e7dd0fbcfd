import type { ClevertapClient } from '../client.ts'
import type { Answer } from '../exchange.ts'
import type { Job, Told } from './messages.ts'

/** One account's requests in the thread: those in flight, and those that take their places. */
export interface Lane {
  /** Sends a job as soon as its `atOnce` allows, after those that came before it. */
  take(job: Job): void
  /** Cuts off a job that is in flight or waits. */
  abort(number: number): void
  /** Gives back what waits. */
  recall(): void
}

/** Answers after which the next request may follow at once. What they say of single records is for others to read. */
const isGood = (answer: Answer): boolean => answer.kind === 'answered' && answer.status >= 200 && answer.status < 300

/**
 * Fills a place in the moment in which it becomes free, after good answers only: any other is a setback, after which all
 * that waits goes back, and so does each job whose sender had not heard of it yet. What to do then is not decided here.
 */
export const createLane = (
  client: Pick<ClevertapClient, 'upload'>,
  tell: (told: Told) => void,
  elapsed: () => number = () => performance.now(),
): Lane => {
  const inFlight = new Map<number, AbortController>()
  let waiting: { job: Job; since: number }[] = []
  let setbacks = 0

  const giveBack = ({ number, account }: Job): void => tell({ number, account, setbacks, sent: { kind: 'unsent' } })
  const giveAllBack = (): void => {
    const all = waiting
    waiting = []
    for (const { job } of all) giveBack(job)
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
    tell({ number, account, setbacks, sent: { ...answer, waitedMs } })
    if (!good) giveAllBack()
  }

  return {
    take: (job) => {
      if (job.knows < setbacks) giveBack(job)
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
      giveBack(aborted.job)
    },
    recall: giveAllBack,
  }
}
