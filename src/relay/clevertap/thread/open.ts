import { Worker } from 'node:worker_threads'
import type { ClevertapOptions } from '../client.ts'
import { ready, type ThreadData, type Told } from './messages.ts'
import { type Carrier, createNear } from './near.ts'
import { nodeOptionsOf } from './node-options.ts'

/** A thread that sends upload requests for several accounts. */
export interface SenderThread {
  /** Starts the thread, if none runs. It is ready about 0.1 s later. */
  start(): void
  /** Whether the thread takes requests. Requests handed over before fail as if the thread had ended. */
  isReady(): boolean
  carrier(account: string): Carrier
  /** Ends the thread for good and aborts its requests. */
  close(): Promise<void>
}

/**
 * Whether a thread can be started. It needs built files, because Node 20 does not run TypeScript, and Node's permission
 * model (`--permission`) may forbid threads.
 */
export const canBegin = (): boolean => import.meta.url.endsWith('.js') && (process.permission?.has('worker') ?? true)

/**
 * Sends uploads from a worker thread, so that the next request follows an answer at once even while the main thread is busy
 * with the store. The requests of a thread that dies are `unanswered`. Only requests without an answer keep the process
 * alive.
 *
 * @param program the file that the thread runs. Must be a built file.
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
    // `exit` follows and does the work.
    begun.on('error', () => {})
    begun.on('exit', () => {
      if (thread !== begun) return
      thread = undefined
      isReady = false
      near.lose()
    })
    // Last, because adding a listener refs the thread again.
    begun.unref()
  }

  return {
    start: () => {
      if (thread || closed) return
      try {
        begin()
      } catch {
        // The machine has no memory for a thread now; the main thread sends instead.
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
