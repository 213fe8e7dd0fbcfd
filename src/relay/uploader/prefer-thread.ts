import type { SenderThread } from '../clevertap/thread/open.ts'
import type { ThreadSender } from '../clevertap/thread/thread-client.ts'
import type { RequestQueue, Upload } from '../clevertap/upload.ts'

export interface PreferThreadParts {
  /** Sends from the main thread. */
  here: Upload
  thread: Pick<SenderThread, 'start' | 'isReady'>
  /** Sends through the sender thread. */
  there: ThreadSender
  /** Number of requests that may be queued in the sender thread. */
  waiting: number
}

/**
 * Sends through the sender thread when it is ready, else from the main thread: at the start, and while a thread that died
 * is replaced. Requests in flight from the main thread reduce the thread's limit, and nothing is queued in the thread
 * meanwhile. So both together stay within the account's limit, and each request is sent at once.
 */
export const preferThread = ({
  here,
  thread,
  there,
  waiting,
}: PreferThreadParts): { upload: Upload; queue: RequestQueue } => {
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
    queue: { capacity: () => (thread.isReady() && fromHere === 0 ? waiting : 0), recall: there.recall },
  }
}
