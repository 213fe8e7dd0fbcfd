import { Readable } from 'node:stream'
import type { Snapshots } from './snapshots.ts'
import { pageStateOf } from './view/page-state.ts'

/** Streams of server-sent events to the open status pages. */
export interface Feed {
  /** A stream of an account's page states, until the reader disconnects or the feed closes. */
  open(account: string): Readable
  /** Ends all streams, so that a closing server does not wait for open pages. */
  close(): void
}

export const feedEveryMs = 2_000
/** A reader with more unread bytes than this is too slow. Node's default high-water mark differs between versions. */
const mostWaitingBytes = 16 * 1024

/**
 * Makes the feed. All streams share one timer, which runs while a stream is open. A reader that is too slow misses events;
 * the next event contains the newer state.
 */
export const createFeed = (snapshots: Pick<Snapshots, 'current'>, everyMs = feedEveryMs): Feed => {
  const readers = new Map<Readable, { account: string; ready: boolean }>()
  let timer: NodeJS.Timeout | undefined

  const tell = async (reader: Readable): Promise<void> => {
    const of = readers.get(reader)
    const state = of && pageStateOf(await snapshots.current(), of.account)
    if (!of?.ready || !state || !readers.has(reader)) return
    of.ready = reader.push(`data: ${JSON.stringify(state)}\n\n`)
  }
  const forget = (reader: Readable): void => {
    readers.delete(reader)
    if (readers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    open: (account) => {
      const reader: Readable = new Readable({
        highWaterMark: mostWaitingBytes,
        read: () => {
          const of = readers.get(reader)
          if (of) of.ready = true
        },
        destroy: (error, done) => {
          forget(reader)
          done(error)
        },
      })
      readers.set(reader, { account, ready: true })
      timer ??= setInterval(() => {
        for (const one of readers.keys()) void tell(one)
      }, everyMs).unref()
      // Reconnection time of the page, in ms.
      reader.push('retry: 2000\n\n')
      void tell(reader)
      return reader
    },
    close: () => {
      for (const reader of [...readers.keys()]) {
        reader.push(null)
        forget(reader)
      }
    },
  }
}
