import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../src/relay/clevertap/exchange.ts'
import type { Clock } from '../../../src/relay/uploader/clock.ts'
import { createVerifier } from '../../../src/relay/uploader/verify.ts'
import type { TokenRecord } from '../../../src/wire/record.ts'

const record = (objectId: string): TokenRecord => ({
  type: 'token',
  tokenData: { id: `token-${objectId}`, type: 'fcm' },
  objectId,
})
const answered = (body: unknown, status = 200): Answer => ({
  kind: 'answered',
  status,
  body: JSON.stringify(body),
  retryAfter: undefined,
})
const holds = (objectId: string, token?: string, platform = 'Android'): Answer =>
  answered({
    status: 'success',
    record: { platformInfo: [{ platform, objectId, ...(token === undefined ? {} : { push_token: token }) }] },
  })

/** A verifier with a clock of the test's own, and profiles that answer as told. */
const scene = (answer: (objectId: string, asked: number) => Answer, share = 1) => {
  let now = 0
  let timers: { at: number; call: () => void }[] = []
  const asked: string[] = []
  const verdicts: string[] = []
  let open = 0
  let mostOpen = 0
  const clock: Clock = {
    now: () => now,
    elapsed: () => now,
    random: () => 0.5,
    after: (waitMs, call) => {
      const timer = { at: now + waitMs, call }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const verifier = createVerifier({
    share,
    clock,
    count: async (verdict) => void verdicts.push(verdict),
    profile: async (objectId) => {
      mostOpen = Math.max(mostOpen, ++open)
      asked.push(objectId)
      await turn()
      open--
      return answer(objectId, asked.filter((one) => one === objectId).length)
    },
  })
  return {
    verifier,
    asked,
    verdicts,
    mostOpen: () => mostOpen,
    upload: (objectIds: readonly string[], unprocessed: readonly unknown[] = []) =>
      verifier.watch(async (records) =>
        answered({
          status: unprocessed.length > 0 ? 'partial' : 'success',
          processed: records.length - unprocessed.length,
          unprocessed,
        }),
      )(objectIds.map(record), { signal: new AbortController().signal, atOnce: 1 }),
    /** Lets time pass, and everything happen that is due then. */
    pass: async (ms: number) => {
      const until = now + ms
      for (let n = 0; n < 50; n++) {
        await turn()
        const [next] = timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)
        if (!next) continue
        now = next.at
        timers = timers.filter((one) => one !== next)
        next.call()
      }
      now = until
    },
  }
}

describe('sampled checks of accepted records', () => {
  it('find tokens that are there, with one question at a time', async () => {
    const { upload, pass, verdicts, mostOpen } = scene((objectId) => holds(objectId, `token-${objectId}`))
    await upload(['a', 'b', 'c'])
    await pass(2_000)
    expect(verdicts).toEqual(['confirmed', 'confirmed', 'confirmed'])
    expect(mostOpen()).toBe(1)
  })

  it('leave the answer of the upload as it is', async () => {
    const { upload } = scene((objectId) => holds(objectId))
    expect(await upload(['a'])).toMatchObject({ kind: 'answered', status: 200 })
  })

  it('verify accepted records only', async () => {
    const { upload, pass, asked } = scene((objectId) => holds(objectId, `token-${objectId}`))
    await upload(['a', 'b'], [{ status: 'fail', code: 535, error: 'no', record: record('b') }])
    await pass(2_000)
    expect(asked).toEqual(['a'])
  })

  it('verify only the configured share of records', async () => {
    const none = scene((objectId) => holds(objectId), 0.5)
    await none.upload(['a'])
    await none.pass(2_000)
    expect(none.asked).toEqual([])
    const all = scene((objectId) => holds(objectId), 0.51)
    await all.upload(['a'])
    await all.pass(2_000)
    expect(all.asked).toEqual(['a'])
  })

  it.each([
    ['another token is there', (objectId: string) => holds(objectId, 'old'), 'missing', 2],
    ['no token is there', (objectId: string) => holds(objectId), 'missing', 2],
    ['a browser shows none', (objectId: string) => holds(objectId, undefined, 'Web'), 'unknown', 1],
    ['there is no profile', () => answered({}, 404), 'missing', 2],
    ['the answer cannot be read', () => answered({}, 503), 'unknown', 1],
    ['the credentials are refused', () => answered({}, 401), 'unknown', 1],
  ] as const)('count once when %s, and what is missing only at the second look', async (_, answer, verdict, looks) => {
    const { upload, pass, asked, verdicts } = scene(answer)
    await upload(['a'])
    await pass(20_000)
    expect(verdicts).toEqual([verdict])
    expect(asked).toHaveLength(looks)
  })

  it('confirm a token that appears on the profile later', async () => {
    const late = scene((objectId, time) => (time === 1 ? holds(objectId) : holds(objectId, `token-${objectId}`)))
    await late.upload(['a'])
    await late.pass(20_000)
    expect(late.verdicts).toEqual(['confirmed'])
  })

  it('leave CleverTap alone after a 429, and give up after some', async () => {
    const { upload, pass, asked, verdicts } = scene(() => answered({}, 429))
    await upload(['a', 'b'])
    await pass(4_000)
    expect(asked).toHaveLength(1)
    await pass(120_000)
    expect(verdicts).toEqual(['unknown', 'unknown'])
  })

  it('end when the uploader stops', async () => {
    const { verifier, upload, pass, asked } = scene((objectId) => holds(objectId))
    await upload(['a'])
    verifier.stop()
    await upload(['b'])
    await pass(20_000)
    expect(asked).toEqual([])
  })
})
