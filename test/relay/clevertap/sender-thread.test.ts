import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canStart, openSenderThread, type SenderThread } from '../../../src/relay/clevertap/thread/open.ts'
import { startSimulator } from '../../../src/simulator/index.ts'
import type { Simulator } from '../../../src/simulator/simulator.ts'
import { builtFile } from '../../support/built-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A thread runs built files only. */
const program = pathToFileURL(builtFile('dist/relay/clevertap/thread/worker.js'))
const built = new URL('.', program)

let clevertap: Simulator
let thread: SenderThread

const optionsOf = (limit: number) => ({
  url: clevertap.url,
  accountId: clevertap.accountId,
  passcode: clevertap.passcode,
  connections: limit,
})
const recordOf = (n: number) => ({
  type: 'token' as const,
  objectId: `__${n}`,
  tokenData: { type: 'fcm' as const, id: `token-${n}` },
})
const living = (): { signal: AbortSignal } => ({ signal: new AbortController().signal })

const begun = async (started: SenderThread): Promise<SenderThread> => {
  started.start()
  await expect.poll(started.isReady, { interval: 5 }).toBe(true)
  return started
}

beforeEach(async () => {
  clevertap = await startSimulator({ limit: 3, latencyMs: 20 })
  thread = await begun(openSenderThread([optionsOf(3)], program))
})
afterEach(async () => {
  await thread.close()
  await clevertap.stop()
})

describe('a thread that sends', () => {
  it('answers each of many uploads with its own answer, and is never over the limit', async () => {
    const { upload } = thread.sender(clevertap.accountId)
    const sent = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        upload([recordOf(n), ...(n % 2 ? [{ ...recordOf(n), objectId: 'no such\u0000id' }] : [])], {
          ...living(),
          atOnce: 3,
        }),
      ),
    )
    const bodies = sent.map((one): unknown => (one.kind === 'answered' ? JSON.parse(one.body) : one))
    for (const [n, body] of bodies.entries())
      expect(body).toMatchObject({ processed: 1, status: n % 2 ? 'partial' : 'success' })
    expect(clevertap.peakInFlight).toBe(3)
    expect(clevertap.counts).toMatchObject({ calls: 40, tooMany: 0, accepted: 40 })
    // Three connections, so that one that was sent later may arrive first.
    const received = clevertap.received().map(({ records }) => (records[0] as { objectId: string }).objectId)
    expect(received.toSorted()).toEqual(Array.from({ length: 40 }, (_, n) => recordOf(n).objectId).toSorted())
  })

  it('hands a trace on, and says how long a request waited', async () => {
    const { upload } = thread.sender(clevertap.accountId)
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const [first, second] = await Promise.all([
      upload([recordOf(1)], { ...living(), atOnce: 1, traceparent }),
      upload([recordOf(2)], { ...living(), atOnce: 1 }),
    ])
    expect(clevertap.received().map(({ headers }) => headers.traceparent)).toEqual([traceparent, undefined])
    expect(first).toMatchObject({ kind: 'answered', waitedMs: expect.any(Number) })
    expect(second.kind === 'answered' && second.waitedMs).toBeGreaterThan(
      first.kind === 'answered' ? (first.waitedMs ?? 0) : 0,
    )
  })

  it('takes the passcode out of answers', async () => {
    clevertap.fail({ kind: 'status', status: 500, body: `you said ${clevertap.passcode}` })
    const sent = await thread.sender(clevertap.accountId).upload([recordOf(1)], { ...living(), atOnce: 1 })
    expect(sent).toMatchObject({ kind: 'answered', status: 500, body: 'you said [passcode]' })
  })

  it('gives back what waited behind a refusal, and sends what comes after it', async () => {
    const { upload } = thread.sender(clevertap.accountId)
    clevertap.fail({ kind: 'status', status: 429 })
    const sent = await Promise.all([1, 2].map((n) => upload([recordOf(n)], { ...living(), atOnce: 1 })))
    expect(sent).toMatchObject([{ kind: 'answered', status: 429 }, { kind: 'unsent' }])
    expect(await upload([recordOf(2)], { ...living(), atOnce: 1 })).toMatchObject({ kind: 'answered', status: 200 })
    expect(clevertap.counts.calls).toBe(2)
  })

  it('keeps the setbacks of one account from another', async () => {
    const other = await startSimulator({ accountId: 'SIM-111-1111' })
    const both = await begun(
      openSenderThread([optionsOf(1), { ...optionsOf(1), url: other.url, accountId: other.accountId }], program),
    )
    clevertap.fail({ kind: 'status', status: 503, times: 1 })
    const [one, two] = [both.sender(clevertap.accountId), both.sender(other.accountId)]
    const sent = await Promise.all(
      [one, one, two, two].map(({ upload }, n) => upload([recordOf(n)], { ...living(), atOnce: 1 })),
    )
    expect(sent.map(({ kind }) => kind)).toEqual(['answered', 'unsent', 'answered', 'answered'])
    await both.close()
    await other.stop()
  })

  it('cuts a request off, and does not send one that waits, when nobody wants its answer', async () => {
    clevertap.fail({ kind: 'hang', times: 1 })
    const { upload } = thread.sender(clevertap.accountId)
    const cut = new AbortController()
    const both = [1, 2].map((n) => upload([recordOf(n)], { signal: cut.signal, atOnce: 1 }))
    await clevertap.until(() => clevertap.inFlight === 1)
    cut.abort()
    expect(await Promise.all(both)).toMatchObject([{ kind: 'unanswered', reason: 'AbortError' }, { kind: 'unsent' }])
    await clevertap.until(({ counts }) => counts.calls === 1)
    expect(await upload([recordOf(3)], { signal: cut.signal, atOnce: 1 })).toEqual({ kind: 'unsent' })
    expect(clevertap.received().map(({ status }) => status)).toEqual([null])
  })

  it('lets what waits come back when it is recalled', async () => {
    const { upload, recall } = thread.sender(clevertap.accountId)
    const both = [1, 2].map((n) => upload([recordOf(n)], { ...living(), atOnce: 1 }))
    recall()
    expect((await Promise.all(both)).map(({ kind }) => kind)).toEqual(['answered', 'unsent'])
  })

  it('that ends leaves what it had unanswered, and another one can be begun', async () => {
    // A program that answers its first request, and dies of the second.
    const dying = new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort } from 'node:worker_threads'
        let turns = 0
        parentPort.postMessage('ready')
        parentPort.on('message', ({ job: { number, account } }) => {
          if (++turns === 2) process.exit(1)
          parentPort.postMessage({ number, account, setbacks: 7, sent: { kind: 'answered', status: 200, body: '', waitedMs: 0 } })
        })
      `)}`,
    )
    const mortal = await begun(openSenderThread([optionsOf(3)], dying))
    const { upload } = mortal.sender(clevertap.accountId)
    const ask = () => upload([recordOf(1)], { ...living(), atOnce: 1 })
    expect(await ask()).toMatchObject({ kind: 'answered' })
    expect(await Promise.all([ask(), ask()])).toEqual(
      Array(2).fill({ kind: 'unanswered', reason: 'the thread that sends has ended' }),
    )
    expect(mortal.isReady()).toBe(false)
    expect(await ask()).toMatchObject({ kind: 'unanswered' })
    await begun(mortal)
    expect(await ask()).toMatchObject({ kind: 'answered' })
    await mortal.close()
    mortal.start()
    expect(await ask()).toMatchObject({ kind: 'unanswered' })
    expect(mortal.isReady()).toBe(false)
  })

  it('starts only one thread for several calls of start', async () => {
    // Threads have numbers, one after the other.
    const numberOfNext = async (): Promise<number> => {
      const next = new Worker('', { eval: true })
      const { threadId } = next
      await once(next, 'exit')
      return threadId
    }
    const before = await numberOfNext()
    const eager = openSenderThread([optionsOf(3)], program)
    eager.start()
    eager.start()
    await begun(eager)
    await eager.close()
    expect((await numberOfNext()) - before).toBe(2)
  })

  describe('in a process', () => {
    let folder: ReturnType<typeof temporaryFolder>
    beforeEach(() => {
      folder = temporaryFolder()
    })
    afterEach(() => folder.remove())
    /** Runs a program that has `thread`, and resolves to what it printed. */
    const run = async (program: string, ...options: string[]): Promise<string> => {
      const main = folder.file('main.mjs')
      const opened = `
        import { openSenderThread } from ${JSON.stringify(new URL('open.js', built).href)}
        const thread = openSenderThread([${JSON.stringify(optionsOf(3))}])`
      await writeFile(main, `${opened}\n${program}`)
      return (await promisify(execFile)(process.execPath, [...options, main], { timeout: 120_000 })).stdout
    }
    const upload = `
      thread.start()
      while (!thread.isReady()) await new Promise((resolve) => setImmediate(resolve))
      const { upload } = thread.sender('SIM-000-0000')
      const sent = await upload([], { body: '{"d":[]}', signal: new AbortController().signal, atOnce: 1 })
      console.log(sent.status)`

    it('keeps it alive until an upload is answered, and no longer', async () => {
      expect(await run(upload)).toBe('200\n')
    })

    it('does not keep it alive when no request was made', async () => {
      expect(await run(`thread.start(); console.log('over')`)).toBe('over\n')
    })

    it('loads nothing that the process loads first by its options', async () => {
      const first = folder.file('first.mjs')
      const loaded = folder.file('loaded.txt')
      await writeFile(
        first,
        `import { appendFileSync } from 'node:fs'
         appendFileSync(${JSON.stringify(loaded)}, 'loaded ')`,
      )
      await run(upload, '--import', pathToFileURL(first).href)
      expect(await readFile(loaded, 'utf8')).toBe('loaded ')
    })
  })

  it('can be begun from built files, where Node’s permissions allow it', async () => {
    const ask = `
      import { canStart } from ${JSON.stringify(new URL('open.js', built).href)}
      console.log(canStart())`
    const [major] = process.versions.node.split('.').map(Number)
    const permission = (major ?? 0) >= 24 ? '--permission' : '--experimental-permission'
    const askWith = async (...options: string[]): Promise<string> =>
      (await promisify(execFile)(process.execPath, [...options, '--input-type=module', '--eval', ask])).stdout
    expect(await askWith()).toBe('true\n')
    expect(await askWith(permission, '--allow-fs-read=*')).toBe('false\n')
    expect(await askWith(permission, '--allow-fs-read=*', '--allow-worker')).toBe('true\n')
    expect(canStart()).toBe(false)
  })
})
