import { type ClevertapClient, type ClevertapOptions, createClevertapClient } from '../clevertap/client.ts'
import { canBegin, openSenderThread } from '../clevertap/thread/open.ts'
import type { AccountConfig } from '../config/types.ts'
import { handOver } from './hand-over.ts'
import type { UploaderParts } from './loop.ts'

/** Sends the uploads of each account, from the main thread or from a sender thread. */
export interface Senders {
  of(account: AccountConfig): Pick<UploaderParts, 'upload' | 'line'>
  /** Starts the sender thread, if an account needs it. */
  start(): void
  close(): Promise<void>
}

/**
 * Smallest upload concurrency for which requests are sent from a sender thread. With a concurrency of 3 nothing is gained:
 * a slot seldom waits for the relay's thread, and handing a request over costs what it saves.
 */
const threadedFrom = 8
/** Queue one request in the thread per five slots. */
const placesForOneWaiting = 5

const clientOptionsOf = (account: AccountConfig): ClevertapOptions => ({
  url: account.apiOrigin,
  accountId: account.id,
  passcode: account.passcode,
  proxy: account.proxy,
  timeoutMs: account.uploadTimeoutMs,
  connections: account.uploadConcurrency,
})

/** Makes the senders of all accounts. Opens no connection before it is needed. */
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
