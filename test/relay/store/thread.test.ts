import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/relay/store/port.ts'
import { loadSqlite } from '../../../src/relay/store/sqlite/driver.ts'
import { openInThread } from '../../../src/relay/store/thread/open.ts'
import { outboxContract } from '../../contract/outbox-store.ts'
import { newEntry as entry } from '../../support/new-entry.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'

/** A thread runs built files only. */
const program = new URL('../../../dist/relay/store/thread/worker.js', import.meta.url)
const { DatabaseSync } = await loadSqlite()

describe('the outbox in SQLite on a thread of its own', () => {
  outboxContract(async (options) => {
    const folder = memoryFolder()
    const store = await openInThread(folder.file('outbox.db'), options, program)
    return {
      store,
      end: async () => {
        await store.close()
        folder.remove()
      },
    }
  })
})

describe('the thread of a store', () => {
  let folder: ReturnType<typeof memoryFolder>
  let store: Store | undefined

  beforeEach(() => {
    folder = memoryFolder()
  })
  afterEach(async () => {
    await store?.close()
    store = undefined
    folder.remove()
  })

  it('answers each operation of a turn with its own result', async () => {
    const opened = await openInThread(folder.file('outbox.db'), {}, program)
    store = opened
    const ids = Array.from({ length: 50 }, (_, n) => `person-${n}`)
    await Promise.all(ids.map((id) => opened.put([entry(id)])))
    const found = await Promise.all([...ids, 'nobody'].map((id) => opened.find('ACC', id)))
    expect(found.map((row) => row?.objectId)).toEqual([...ids, undefined])
  })

  it('says why a file cannot be opened, with the class and code that the store has', async () => {
    const opening = openInThread(folder.file('no-such-folder/outbox.db'), {}, program)
    await expect(opening).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' })
  })

  it('says of a failure what SQLite says of it, and where', async () => {
    const opened = await openInThread(folder.file('outbox.db'), {}, program)
    store = opened
    const file = new DatabaseSync(folder.file('outbox.db'))
    file.exec("CREATE TRIGGER no_more BEFORE INSERT ON arrival BEGIN SELECT raise(ABORT, 'not now'); END")
    const failure: unknown = await opened.put([entry('a')]).catch((error: unknown) => error)
    file.exec('DROP TRIGGER no_more')
    file.close()
    expect(failure).toMatchObject({ code: 'unavailable', cause: { message: expect.any(String), errcode: 1811 } })
    expect((failure as Error & { cause: Error }).cause.stack).toContain('/store/sqlite/arrivals.js')
  })

  it('that ends rejects what it was asked for, and another one takes the next operation', async () => {
    // A program that does its first operation and dies of the second.
    const dying = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads'
        let turns = 0
        const tell = (answers) => parentPort.postMessage(JSON.stringify({ answers, work: [] }))
        tell([{ number: 0, ok: true }])
        parentPort.on('message', (text) => {
          if (++turns === 2) process.exit(1)
          tell(JSON.parse(text).calls.map(({ number }) => ({ number, ok: true, value: turns })))
        })
      `)}`,
    )
    const opened = await openInThread(folder.file('outbox.db'), {}, dying)
    store = opened
    await opened.probe()
    await expect(opened.probe()).rejects.toMatchObject({ name: 'StoreError', code: 'unavailable' })
    await opened.probe()
  })
})
