import { Worker } from 'node:worker_threads'
import type { ClevertapOptions } from '../client.ts'
import { ready, type ThreadData, type Told } from './messages.ts'
import { type Carrier, createNear } from './near.ts'
import { nodeOptionsOf } from './node-options.ts'

/** Clients of several accounts on a thread of their own. */
export interface SenderThread {
  /** Begins the thread, if there is none. It takes a tenth of a second to be there. */
  start(): void
  /** Whether it is there. What is handed over before is answered as by a thread that has ended. */
  isReady(): boolean
  carrier(account: string): Carrier
  /** Ends the thread for good. What is in flight is cut off. */
  close(): Promise<void>
}

/**
 * Whether a thread can be begun: it runs built files only, because Node 20 knows no TypeScript, and Node's permissions
 * (`--permission`) may allow none.
 */
export const canBegin = (): boolean => import.meta.url.endsWith('.js') && (process.permission?.has('worker') ?? true)

/**
 * Sends uploads from a thread of its own, so that a request whose answer is there is followed by the next while the
 * relay's thread is busy with its store. A thread that dies leaves what it had `unanswered`. The
 * process is kept alive by requests that have no answer yet, and by nothing else.
 *
 * @param program the thread's own, which must be a built file.
 */
export const openSenderThread = (
  accounts: readonly ClevertapOptions[],
  program: URL = new URL('./worker.js', import.meta.url),
): SenderThread => {
  let thread: Worker | undefined
  let isReady = false
  let closed = false

  const near = createNear({
    tell: (asked) => {
      if (thread) thread.postMessage(asked)
      else setImmediate(() => near.lose())
    },
    onBusy: () => thread?.ref(),
    onIdle: () => thread?.unref(),
  })
  const begin = (): void => {
    const workerData: ThreadData = { accounts }
    const begun = new Worker(program, { workerData, ...nodeOptionsOf(process) })
    thread = begun
    begun.on('message', (told: Told | typeof ready) => {
      if (told === ready) isReady = true
      else near.hear(told)
    })
    // Its end follows, and says enough.
    begun.on('error', () => {})
    begun.on('exit', () => {
      if (thread !== begun) return
      thread = undefined
      isReady = false
      near.lose()
    })
    // Last, because listening to it undoes this.
    begun.unref()
  }

  return {
    start: () => {
      if (thread || closed) return
      try {
        begin()
      } catch {
        // The machine has no room for one now.
      }
    },
    isReady: () => isReady,
    carrier: near.carrier,
    close: async () => {
      closed = true
      await thread?.terminate()
    },
  }
}
