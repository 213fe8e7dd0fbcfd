import type { Carrier } from '../clevertap/thread/near.ts'
import type { SenderThread } from '../clevertap/thread/open.ts'
import type { Upload, WaitingLine } from '../clevertap/upload.ts'

export interface HandOverParts {
  /** Sends from this thread. */
  here: Upload
  thread: Pick<SenderThread, 'start' | 'isReady'>
  /** The same account's way through the thread. */
  there: Carrier
  /** How many requests may wait in the thread. */
  waiting: number
}

/**
 * Sends from here until the thread is there, and again while another one begins after it has died. While some are in flight
 * from here, the thread has so many places less, and nothing waits in it: so both together are never over the limit, and
 * each request is sent at once.
 */
export const handOver = ({ here, thread, there, waiting }: HandOverParts): { upload: Upload; line: WaitingLine } => {
  let fromHere = 0
  return {
    upload: async (records, options) => {
      if (thread.isReady()) return there.upload(records, { ...options, atOnce: options.atOnce - fromHere })
      thread.start()
      fromHere++
      try {
        return await here(records, options)
      } finally {
        fromHere--
      }
    },
    line: { room: () => (thread.isReady() && fromHere === 0 ? waiting : 0), recall: there.recall },
  }
}
