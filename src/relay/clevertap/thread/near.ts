import { bodyOf } from '../record.ts'
import type { Sent, Upload, WaitingLine } from '../upload.ts'
import type { Asked, Told } from './messages.ts'

/** Sends one account's requests through the thread. */
export interface Carrier extends Pick<WaitingLine, 'recall'> {
  /**
   * Sends a request. Beyond `atOnce` requests it is queued in the thread, and sent when another one ends with a 2xx. Never
   * rejects.
   */
  upload: Upload
}

/** The main thread's side of the sender thread. */
export interface Near {
  carrier(account: string): Carrier
  /** The thread has sent a result. */
  hear(told: Told): void
  /** The thread has ended. Its requests count as unanswered, because nobody knows how far they had come. */
  lose(): void
}

export interface NearParts {
  tell: (asked: Asked) => void
  /** Called before the first request is handed over, and after the last one is answered. */
  onBusy: () => void
  onIdle: () => void
}

/** Matches results to the requests that wait for them. */
export const createNear = ({ tell, onBusy, onIdle }: NearParts): Near => {
  const waiting = new Map<number, (sent: Sent) => void>()
  const setbacks = new Map<string, number>()
  let last = 0

  return {
    carrier: (account) => ({
      upload: (records, { signal, traceparent, body = bodyOf(records), atOnce }) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve({ kind: 'unsent' })
          if (waiting.size === 0) onBusy()
          const number = ++last
          const onAbort = (): void => tell({ kind: 'abort', account, number })
          signal.addEventListener('abort', onAbort, { once: true })
          waiting.set(number, (sent) => {
            signal.removeEventListener('abort', onAbort)
            resolve(sent)
          })
          const knows = setbacks.get(account) ?? 0
          tell({ kind: 'send', job: { number, account, body, traceparent, atOnce, knows } })
        }),
      recall: () => tell({ kind: 'recall', account }),
    }),
    hear: ({ number, account, setbacks: had, sent }) => {
      setbacks.set(account, had)
      const settle = waiting.get(number)
      waiting.delete(number)
      if (waiting.size === 0) onIdle()
      settle?.(sent)
    },
    lose: () => {
      const lost = [...waiting.values()]
      waiting.clear()
      setbacks.clear()
      for (const settle of lost) settle({ kind: 'unanswered', reason: 'the thread that sends has ended' })
    },
  }
}
