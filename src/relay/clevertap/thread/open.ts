import { Worker } from 'node:worker_threads'
import type { ClevertapOptions } from '../client.ts'
import { type Result, ready, type ThreadData } from './messages.ts'
import { nodeOptionsOf } from './node-options.ts'
import { createThreadClient, type ThreadSender } from './thread-client.ts'

/** A thread that sends upload requests for several accounts. */
export interface SenderThread {
  /** Starts the thread, if none is running. It is ready about 0.1 s later. */
  start(): void
  /** Whether the thread takes requests. Requests that are handed over earlier fail as if the thread had ended. */
  isReady(): boolean
  sender(account: string): ThreadSender
  /** Ends the thread for good and aborts its requests. */
  close(): Promise<void>
}

/**
 * Whether a thread can be started. It needs built files, because Node 20 does not run TypeScript, and Node's permission
 * model (`--permission`) may forbid threads.
 */
export const canStart = (): boolean => import.meta.url.endsWith('.js') && (process.permission?.has('worker') ?? true)

/**
 * Sends uploads from a worker thread, so that the next request follows an answer at once even while the main thread is busy
 * with the store. The requests of a thread that dies are `unanswered`. The thread keeps the process alive only while requests
 * are pending.
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

  const client = createThreadClient({
    post: (command) => {
      if (thread) thread.postMessage(command)
      else setImmediate(() => client.onExit())
    },
    onBusy: () => thread?.ref(),
    onIdle: () => thread?.unref(),
  })
  const begin = (): void => {
    const workerData: ThreadData = { accounts }
    const begun = new Worker(program, { workerData, ...nodeOptionsOf(process) })
    thread = begun
    begun.on('message', (result: Result | typeof ready) => {
      if (result === ready) isReady = true
      else client.onResult(result)
    })
    // `exit` follows and does the work.
    begun.on('error', () => {})
    begun.on('exit', () => {
      if (thread !== begun) return
      thread = undefined
      isReady = false
      client.onExit()
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
        // The machine has too little memory for a thread now; the main thread sends instead.
      }
    },
    isReady: () => isReady,
    sender: client.sender,
    close: async () => {
      closed = true
      await thread?.terminate()
    },
  }
}
