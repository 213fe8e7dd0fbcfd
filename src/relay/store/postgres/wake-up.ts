import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Transactions } from './connection.ts'
import type { PgClient } from './driver.ts'
import { sql } from './statements.ts'

type Listener = (account: string, rows: number) => void

/** Tells about work that has come, in this process and in others on the same database. */
export interface WakeUp {
  /** Tells the listeners of this process now, and the others within a moment, how many rows have come, by account. */
  ring(rows: ReadonlyMap<string, number>): void
  /** See Store.onWork. From the first listener on, what others say is heard too. */
  onWork(listener: Listener): () => void
  close(): Promise<void>
}

const channel = 'pushferry_work'
/** What is said within this time is said at once, in ms. */
const gatherMs = 50
/**
 * The least time between two notifications, in ms: where records come all the time everybody is awake, and each
 * notification costs a commit, for which all of them take turns.
 */
const apartMs = 250
/** How often the listening connection is tried out, in ms. */
const heartbeatMs = 20_000
const shortestPauseMs = 250
const longestPauseMs = 10_000

/** What one process tells the others. `from` lets it not hear itself. */
const encode = (from: string, account: string, rows: number): string => JSON.stringify([from, account, rows])
const decode = (payload: string): { from: string; account: string; rows: number } | undefined => {
  try {
    const [from, account, rows] = JSON.parse(payload) as unknown[]
    return typeof from === 'string' && typeof account === 'string' && typeof rows === 'number'
      ? { from, account, rows }
      : undefined
  } catch {
    return undefined
  }
}

/** Waits, but not beyond the signal. */
const pause = (ms: number, signal: AbortSignal): Promise<unknown> => delay(ms, undefined, { signal }).catch(() => {})

/** Listens, on a connection of its own that is made anew whenever it breaks, until told to stop. */
const createEar = (
  connect: () => PgClient,
  closing: AbortSignal,
  hear: (payload: string) => void,
  random: () => number,
): (() => Promise<void>) => {
  /** Listens on one connection until that breaks or this is closed. Resolves to whether it had come about. */
  const listen = async (): Promise<boolean> => {
    const broken = new AbortController()
    const over = AbortSignal.any([closing, broken.signal])
    let client: PgClient | undefined
    let isUp = false
    try {
      client = connect()
      client.on('error', () => broken.abort())
      client.on('end', () => broken.abort())
      client.on('notification', ({ payload }) => {
        hear(payload ?? '')
      })
      await client.connect()
      await client.query({ text: `LISTEN ${channel}` })
      isUp = true
      while (!over.aborted) {
        await pause(heartbeatMs, over)
        if (!over.aborted) await client.query({ text: 'SELECT 1' })
      }
    } catch {
      // The database is away: it is tried again after a pause.
    }
    await client?.end().catch(() => {})
    return isUp
  }
  const listenOn = async (): Promise<void> => {
    let pauseMs = shortestPauseMs
    while (!closing.aborted) {
      pauseMs = (await listen()) ? shortestPauseMs : Math.min(pauseMs * 2, longestPauseMs)
      await pause(pauseMs * (0.5 + random()), closing)
    }
  }
  return listenOn
}

/**
 * The wake-up over LISTEN and NOTIFY. It is a help and no promise: uploaders ask for work from time to time anyway, and
 * a notification that is lost, or a connection that cannot be had, costs them no more than that wait.
 *
 * The notification follows the commit of what it is about, in a transaction of its own: PostgreSQL lets only one
 * transaction with a notification commit at a time, which would make all relays' intakes take turns.
 *
 * Listening takes a connection of its own, made anew whenever it breaks. It hears nothing through PgBouncer in
 * transaction mode, where a session belongs to nobody; notifying works there.
 */
export const createWakeUp = (
  connect: () => PgClient,
  { transact }: Pick<Transactions, 'transact'>,
  random: () => number = Math.random,
): WakeUp => {
  const self = randomUUID()
  const listeners = new Set<Listener>()
  const unsaid = new Map<string, number>()
  const closing = new AbortController()
  let saying: Promise<void> | undefined
  let saidAt = Number.NEGATIVE_INFINITY
  let listening: Promise<void> | undefined

  const tell = (account: string, rows: number): void => {
    for (const listener of listeners) listener(account, rows)
  }
  const ring = (come: ReadonlyMap<string, number>): void => {
    for (const [account, rows] of come) {
      tell(account, rows)
      unsaid.set(account, (unsaid.get(account) ?? 0) + rows)
    }
    saying ??= say()
  }

  const say = async (): Promise<void> => {
    await pause(Math.max(gatherMs, saidAt + apartMs - performance.now()), closing.signal)
    saidAt = performance.now()
    const said = [...unsaid].map(([account, rows]) => encode(self, account, rows))
    unsaid.clear()
    saying = undefined
    const notify = { text: sql.notify, values: [channel, said] }
    await transact(async () => ({ last: [notify], result: undefined })).catch(() => {})
  }

  const listenOn = createEar(
    connect,
    closing.signal,
    (payload) => {
      const heard = decode(payload)
      if (heard && heard.from !== self) tell(heard.account, heard.rows)
    },
    random,
  )

  return {
    ring,
    onWork: (listener) => {
      listeners.add(listener)
      listening ??= listenOn()
      return () => listeners.delete(listener)
    },
    close: async () => {
      closing.abort()
      await Promise.all([saying, listening])
    },
  }
}
