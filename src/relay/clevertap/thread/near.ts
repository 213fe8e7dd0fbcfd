import { bodyOf } from '../record.ts'
import type { Sent, Upload, WaitingLine } from '../upload.ts'
import type { Asked, Told } from './messages.ts'

/** One account's way through the thread. */
export interface Carrier extends Pick<WaitingLine, 'recall'> {
  /**
   * What is handed over beyond `atOnce` waits, and is sent in the moment in which another one is answered well. Never rejects.
   */
  upload: Upload
}

/** The side that hands requests over. */
export interface Near {
  carrier(account: string): Carrier
  /** The far side has told of one. */
  hear(told: Told): void
  /** The far side is gone, and all that it had: nobody knows how far it had come. */
  lose(): void
}

export interface NearParts {
  tell: (asked: Asked) => void
  /** Called before the first request that waits for an answer is told of, and after the last is answered. */
  onBusy: () => void
  onIdle: () => void
}

/** Knows what was asked and who waits for it. */
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
