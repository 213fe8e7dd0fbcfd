import { parentPort, workerData } from 'node:worker_threads'
import type { Store } from '../port.ts'
import { openSqliteStore } from '../sqlite/store.ts'
import { type Answer, type Asked, type Call, failureOf, park, type ThreadData, type Told } from './messages.ts'

/*
 * The thread's own program: opens the store, does what it is asked for, and tells how each of it ended. What ends in
 * one turn, as all operations of one commit do, travels in one message.
 */

if (!parentPort) throw new Error('this file is the program of a thread')
const port = parentPort
const { file, options, parked }: ThreadData = workerData
let now = Date.now()

let answers: Answer[] = []
const work = new Map<string, number>()
let telling = false
const tell = (): void => {
  telling = false
  const told: Told = { answers, work: [...work].map(([account, rows]) => ({ account, rows })) }
  answers = []
  work.clear()
  port.postMessage(JSON.stringify(told))
}
const tellSoon = (): void => {
  if (telling) return
  telling = true
  // As soon as all that ended with the same commit has been heard of; a turn later would be behind the next commit's reading.
  process.nextTick(tell)
}
const answer = (one: Answer): void => {
  answers.push(one)
  tellSoon()
}

const perform = (store: Store, { number, operation, values }: Call): void => {
  // The other side has the same port and the same types; on the way they are only values.
  const run = store[operation] as (...values: readonly unknown[]) => Promise<unknown>
  run(...values).then(
    (value) => answer({ number, ok: true, value }),
    (error: unknown) => answer(failureOf(number, error)),
  )
}

try {
  const store = await openSqliteStore(file, { ...options, now: () => now })
  store.onWork((account, rows) => {
    work.set(account, (work.get(account) ?? 0) + rows)
    tellSoon()
  })
  port.on('message', (message: string | [string, string]) => {
    const [text, bulkText] = typeof message === 'string' ? [message] : message
    if (text === park) {
      Atomics.store(parked, 0, 1)
      Atomics.notify(parked, 0)
      Atomics.wait(parked, 1, 0)
      return
    }
    // Written by `openInThread`.
    const asked = JSON.parse(text) as Asked
    now = asked.now
    for (const call of asked.calls)
      perform(
        store,
        bulkText === undefined ? call : { ...call, values: [{ ...(call.values[0] as object), text: bulkText }] },
      )
  })
  answer({ number: 0, ok: true, value: undefined })
} catch (error) {
  answer(failureOf(0, error))
}
