import { Worker } from 'node:worker_threads'
import { StoreError } from '../errors.ts'
import type { Bulk, BulkResult, Store, StoreOptions } from '../port.ts'
import {
  type Answer,
  type Asked,
  type Call,
  errorOf,
  type Operation,
  park,
  type ThreadData,
  type Told,
} from './messages.ts'

/** How long an ending process waits for its thread to come out of a commit, in ms. */
const parkMs = 1_000

interface Waiting {
  resolve: (value: never) => void
  reject: (error: StoreError) => void
}

/**
 * The SQLite outbox on a thread of its own: the process goes on with its other work while a commit waits for its disk.
 * It promises what the store itself promises, because it hands everything on: what is asked for in one turn travels in one
 * message, and an operation resolves when the thread says that its commit is durable.
 *
 * A thread that dies rejects what it was asked for as `unavailable`, and the next operation starts another one. The
 * process is kept alive by operations that have not been answered, and by nothing else.
 *
 * Rejects as `openSqliteStore` does.
 *
 * @param program the thread's own, which must be a built file.
 */
export const openInThread = async (
  file: string,
  { now = Date.now, ...options }: StoreOptions = {},
  program: URL = new URL('./worker.js', import.meta.url),
): Promise<Store> => {
  const listeners = new Set<Parameters<Store['onWork']>[0]>()
  const waiting = new Map<number, Waiting>()
  const parked = new Int32Array(new SharedArrayBuffer(8))
  let thread: Worker | undefined
  let calls: Call[] = []
  let last = 0
  let closing: Promise<void> | undefined

  const settle = (one: Answer): void => {
    const asked = waiting.get(one.number)
    waiting.delete(one.number)
    if (one.ok) asked?.resolve(one.value as never)
    else asked?.reject(errorOf(one))
  }
  const hear = (text: string): void => {
    // Written by the thread's program, which is ours.
    const { answers, work } = JSON.parse(text) as Told
    for (const { account, rows } of work) for (const listener of listeners) listener(account, rows)
    for (const one of answers) settle(one)
    if (waiting.size === 0) thread?.unref()
  }
  const giveUp = (cause: unknown): void => {
    thread = undefined
    calls = []
    const lost = [...waiting.values()]
    waiting.clear()
    for (const { reject } of lost) reject(new StoreError('unavailable', 'the thread of the store has ended', cause))
  }
  const begin = (): Promise<void> => {
    const workerData: ThreadData = { file, options, parked }
    const started = new Worker(program, { workerData })
    let cause: unknown
    thread = started
    started.on('message', hear)
    started.on('error', (error) => (cause = error))
    started.on('exit', () => {
      if (thread === started) giveUp(cause)
    })
    return new Promise((resolve, reject) => waiting.set(0, { resolve, reject }))
  }
  const send = (): void => {
    if (calls.length > 0) thread?.postMessage(JSON.stringify({ now: now(), calls } satisfies Asked))
    calls = []
  }
  const wait = <T>(begun: (number: number) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      if (!thread) begin().catch(() => {})
      if (waiting.size === 0) thread?.ref()
      const number = ++last
      waiting.set(number, { resolve, reject })
      begun(number)
    })
  const ask = <T>(operation: Operation, values: readonly unknown[]): Promise<T> =>
    wait((number) => {
      if (calls.length === 0) setImmediate(send)
      calls.push({ number, operation, values })
    })
  const askBulk = ({ text, ...rest }: Bulk): Promise<BulkResult> =>
    wait((number) => {
      // What was asked for before it is done before it.
      if (calls.length > 0) send()
      const asked: Asked = { now: now(), calls: [{ number, operation: 'putBulk', values: [rest] }] }
      thread?.postMessage([JSON.stringify(asked), text])
    })
  const parkThread = (): void => {
    thread?.postMessage(park)
    if (thread) Atomics.wait(parked, 0, 0, parkMs)
  }
  const end = async (): Promise<void> => {
    const running = thread
    // A thread that dies of it has let go of the file all the same.
    if (running) await ask('close', []).catch(() => {})
    await running?.terminate()
    process.off('exit', parkThread)
  }
  const unlessClosed = <T>(asked: () => Promise<T>): Promise<T> =>
    closing ? Promise.reject(new StoreError('closed', 'the store is closed')) : asked()
  /** One operation of the port. Its types are those of the port, which both sides have. */
  const handOn = <O extends Operation>(operation: O): Store[O] =>
    ((...values: unknown[]) => unlessClosed(() => ask(operation, values))) as Store[O]

  await begin().catch(async (error: unknown) => {
    await thread?.terminate()
    throw error
  })
  process.on('exit', parkThread)
  return {
    put: handOn('put'),
    putBulk: (bulk) => unlessClosed(() => askBulk(bulk)),
    withdraw: handOn('withdraw'),
    erase: handOn('erase'),
    find: handOn('find'),
    lease: handOn('lease'),
    settle: handOn('settle'),
    takeSlots: handOn('takeSlots'),
    join: handOn('join'),
    beat: handOn('beat'),
    holders: handOn('holders'),
    reap: handOn('reap'),
    leave: handOn('leave'),
    counts: handOn('counts'),
    history: handOn('history'),
    count: handOn('count'),
    rejected: handOn('rejected'),
    accepted: handOn('accepted'),
    retryRejected: handOn('retryRejected'),
    discardRejected: handOn('discardRejected'),
    secret: handOn('secret'),
    probe: handOn('probe'),
    onWork: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => (closing ??= end()),
  }
}
