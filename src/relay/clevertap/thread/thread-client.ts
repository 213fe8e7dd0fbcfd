import { bodyOf } from '../record.ts'
import type { RequestQueue, Sent, Upload } from '../upload.ts'
import type { Command, Result } from './messages.ts'

/** Sends one account's requests through the thread. */
export interface ThreadSender extends Pick<RequestQueue, 'recall'> {
  /**
   * Sends a request. Beyond `atOnce` requests it is queued in the thread, and sent when another one ends with a 2xx. Never
   * rejects.
   */
  upload: Upload
}

/** The main thread's side of the sender thread. */
export interface ThreadClient {
  sender(account: string): ThreadSender
  /** The thread has sent a result. */
  onResult(result: Result): void
  /** The thread has ended. Its requests count as unanswered, because their progress is unknown. */
  onExit(): void
}

export interface ThreadClientParts {
  post: (command: Command) => void
  /** Called before the first request is handed over, and after the last one is answered. */
  onBusy: () => void
  onIdle: () => void
}

/** Matches results to the requests that wait for them. */
export const createThreadClient = ({ post, onBusy, onIdle }: ThreadClientParts): ThreadClient => {
  const waiting = new Map<number, (sent: Sent) => void>()
  const setbacks = new Map<string, number>()
  let last = 0

  return {
    sender: (account) => ({
      upload: (records, { signal, traceparent, body = bodyOf(records), atOnce }) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve({ kind: 'unsent' })
          if (waiting.size === 0) onBusy()
          const number = ++last
          const onAbort = (): void => post({ kind: 'abort', account, number })
          signal.addEventListener('abort', onAbort, { once: true })
          waiting.set(number, (sent) => {
            signal.removeEventListener('abort', onAbort)
            resolve(sent)
          })
          const knownSetbacks = setbacks.get(account) ?? 0
          post({ kind: 'send', job: { number, account, body, traceparent, atOnce, knownSetbacks } })
        }),
      recall: () => post({ kind: 'recall', account }),
    }),
    onResult: ({ number, account, setbacks: had, sent }) => {
      setbacks.set(account, had)
      const answer = waiting.get(number)
      waiting.delete(number)
      if (waiting.size === 0) onIdle()
      answer?.(sent)
    },
    onExit: () => {
      const lost = [...waiting.values()]
      waiting.clear()
      setbacks.clear()
      for (const answer of lost) answer({ kind: 'unanswered', reason: 'the thread that sends has ended' })
    },
  }
}
