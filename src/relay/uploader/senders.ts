import { type ClevertapClient, type ClevertapOptions, createClevertapClient } from '../clevertap/client.ts'
import { canStart, openSenderThread } from '../clevertap/thread/open.ts'
import type { AccountConfig } from '../config/types.ts'
import type { UploaderParts } from './loop.ts'
import { preferThread } from './prefer-thread.ts'

/** Sends the uploads of each account, from the main thread or from a sender thread. */
export interface Senders {
  of(account: AccountConfig): Pick<UploaderParts, 'upload' | 'queue'>
  /** Starts the sender thread, if an account needs it. */
  start(): void
  close(): Promise<void>
}

/**
 * Smallest upload concurrency for which requests are sent from a sender thread. With a concurrency of 3 nothing is gained:
 * a slot seldom waits for the relay's thread, and handing a request over costs what it saves.
 */
const minThreadedConcurrency = 8
/** Queue one request in the thread per five slots. */
const slotsPerQueuedRequest = 5

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
  const threaded = canStart()
    ? accounts.filter(({ uploadConcurrency }) => uploadConcurrency >= minThreadedConcurrency)
    : []
  const thread = threaded.length > 0 ? openSenderThread(threaded.map(clientOptionsOf)) : undefined
  const clients: ClevertapClient[] = []

  return {
    of: (account) => {
      const client = createClevertapClient(clientOptionsOf(account))
      clients.push(client)
      if (!thread || !threaded.includes(account)) return { upload: client.upload }
      const waiting = Math.floor(account.uploadConcurrency / slotsPerQueuedRequest)
      return preferThread({ here: client.upload, thread, there: thread.sender(account.id), waiting })
    },
    start: () => thread?.start(),
    close: async () => {
      await Promise.all([...clients.map((client) => client.close()), thread?.close()])
    },
  }
}
