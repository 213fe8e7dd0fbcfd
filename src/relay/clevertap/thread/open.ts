import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { ClevertapOptions } from '../client.ts'
import type { ThreadData } from './messages.ts'
import { type Carrier, createNear } from './near.ts'
import { nodeOptionsOf } from './node-options.ts'

/** Clients of several accounts on a thread of their own. */
export interface SenderThread {
  /** Begins the thread ahead of need. It takes a tenth of a second to be there. */
  start(): void
  carrier(account: string): Carrier
  /** Ends the thread for good. What is in flight is cut off. */
  close(): Promise<void>
}

/** The thread's program, which must be a built file. */
const builtProgram = new URL('./worker.js', import.meta.url)

/**
 * Whether there is a program to run, and leave to run it. There is none where this file was bundled with others into one.
 */
export const hasProgram = (): boolean =>
  (process.permission?.has('worker') ?? true) &&
  builtProgram.protocol === 'file:' &&
  existsSync(fileURLToPath(builtProgram))

/**
 * Sends uploads from a thread of its own, so that a request whose answer is there is followed by the next while the
 * relay's thread is busy with its store. A thread that dies leaves what it had `unanswered`, and the next upload begins
 * another one. The process is kept alive by requests that have no answer yet, and by nothing else.
 */
export const openSenderThread = (accounts: readonly ClevertapOptions[], program: URL = builtProgram): SenderThread => {
  let thread: Worker | undefined
  let closed = false

  const near = createNear({
    tell: (asked) => {
      if (thread) thread.postMessage(asked)
      else setImmediate(() => near.lose())
    },
    onBusy: () => begin()?.ref(),
    onIdle: () => thread?.unref(),
  })
  const begin = (): Worker | undefined => {
    if (thread || closed) return thread
    const workerData: ThreadData = { accounts }
    const begun = new Worker(program, { workerData, ...nodeOptionsOf(process) })
    thread = begun
    begun.on('message', near.hear)
    // Its end follows, and says enough.
    begun.on('error', () => {})
    begun.on('exit', () => {
      if (thread !== begun) return
      thread = undefined
      near.lose()
    })
    // Last, because listening to it undoes this.
    begun.unref()
    return begun
  }

  return {
    start: () => {
      try {
        begin()
      } catch {
        // The machine has no room for it now; the first upload tries again, and fails if it must.
      }
    },
    carrier: near.carrier,
    close: async () => {
      closed = true
      await thread?.terminate()
    },
  }
}
