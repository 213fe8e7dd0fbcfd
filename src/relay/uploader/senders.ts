import { type ClevertapClient, type ClevertapOptions, createClevertapClient } from '../clevertap/client.ts'
import { canBegin, openSenderThread } from '../clevertap/thread/open.ts'
import type { AccountConfig } from '../config/types.ts'
import { handOver } from './hand-over.ts'
import type { UploaderParts } from './loop.ts'

/** How uploads of each account reach CleverTap. */
export interface Senders {
  of(account: AccountConfig): Pick<UploaderParts, 'upload' | 'line'>
  /** Makes ready what needs a moment for it. */
  start(): void
  close(): Promise<void>
}

/**
 * From so many requests at a time on, an account's are sent from a thread of their own. With three nothing is gained: a place
 * that waits for the relay's thread is rare, and handing a request over costs what it saves.
 */
const threadedFrom = 8
/** For so many places one request waits in the thread. */
const placesForOneWaiting = 5

const clientOptionsOf = (account: AccountConfig): ClevertapOptions => ({
  url: account.apiOrigin,
  accountId: account.id,
  passcode: account.passcode,
  proxy: account.proxy,
  timeoutMs: account.uploadTimeoutMs,
  connections: account.uploadConcurrency,
})

/** Opens nothing before it is needed. */
export const createSenders = (accounts: readonly AccountConfig[]): Senders => {
  const threaded = canBegin() ? accounts.filter(({ uploadConcurrency }) => uploadConcurrency >= threadedFrom) : []
  const thread = threaded.length > 0 ? openSenderThread(threaded.map(clientOptionsOf)) : undefined
  const clients: ClevertapClient[] = []

  return {
    of: (account) => {
      const client = createClevertapClient(clientOptionsOf(account))
      clients.push(client)
      if (!thread || !threaded.includes(account)) return { upload: client.upload }
      const waiting = Math.floor(account.uploadConcurrency / placesForOneWaiting)
      return handOver({ here: client.upload, thread, there: thread.carrier(account.id), waiting })
    },
    start: () => thread?.start(),
    close: async () => {
      await Promise.all([...clients.map((client) => client.close()), thread?.close()])
    },
  }
}
