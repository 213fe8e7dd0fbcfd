import type { TokenRecord } from '../../wire/record.ts'
import type { ClevertapClient } from '../clevertap/client.ts'
import { readAnswer } from '../clevertap/outcome.ts'
import { type ProfileVerdict, readProfile, verdictOf } from '../clevertap/profile.ts'
import type { Upload } from '../clevertap/upload.ts'
import type { Clock } from './clock.ts'

/** Looks up a share of the accepted records on their profiles, because "processed" is no proof that a token was stored. */
export interface Verifier {
  /** Wraps `upload`: remembers a share of the accepted records and looks them up later. */
  watch(upload: Upload): Upload
  /** Stops the look-ups and forgets the remembered records. */
  stop(): void
}

export interface VerifierParts {
  /** From 0 to 1. */
  share: number
  /** `ClevertapClient.profile` of a separate client, so that no upload waits for a look-up. */
  profile: ClevertapClient['profile']
  /** Counts one result. */
  count: (verdict: ProfileVerdict) => Promise<void>
  clock: Clock
}

interface Look {
  objectId: string
  token: string
  /** Monotonic ms. */
  at: number
  tries: number
}

/** Waits before the first and the second look-up of a record, in ms, so that CleverTap has time to store the token. */
const firstLookMs = 1_000
const secondLookMs = 5_000
/** Pause after a 429 of the profile API, in ms, and the largest number of retries of one record after a 429. */
const throttledMs = 5_000
const mostTries = 5
/** Largest number of remembered records. A sample may miss some; memory must be bounded. */
const mostRemembered = 1_000

/**
 * Makes a verifier. It requests one profile at a time. When records are accepted faster than profiles can be requested, it
 * looks up a smaller share. Remembered records are lost when the process ends.
 */
export const createVerifier = ({ share, profile, count, clock }: VerifierParts): Verifier => {
  let looks: Look[] = []
  let asking = false
  let stopped = false
  let cancel = (): void => {}

  const remember = (records: readonly TokenRecord[]): void => {
    for (const { objectId, tokenData } of records)
      if (looks.length < mostRemembered && clock.random() < share)
        looks.push({ objectId, token: tokenData.id, at: clock.elapsed() + firstLookMs, tries: 0 })
    next()
  }
  const later = (look: Look, waitMs: number): void => {
    looks.push({ ...look, at: clock.elapsed() + waitMs, tries: look.tries + 1 })
  }
  const ask = async (look: Look): Promise<void> => {
    const finding = readProfile(await profile(look.objectId), look.objectId)
    if (stopped) return
    const verdict = verdictOf(finding, look.token)
    if (finding.kind === 'throttled' && look.tries < mostTries) {
      // The pause holds for every other record too.
      looks = looks.map((one) => ({ ...one, at: Math.max(one.at, clock.elapsed() + throttledMs) }))
      later(look, throttledMs)
    } else if (verdict === 'missing' && look.tries === 0) later(look, secondLookMs)
    // A count that cannot be written makes the sample smaller by one.
    else await count(verdict).catch(() => {})
  }
  const next = (): void => {
    if (asking || stopped) return
    cancel()
    const [first] = looks.sort((one, other) => one.at - other.at)
    if (!first) return
    const waitMs = first.at - clock.elapsed()
    if (waitMs > 0) {
      cancel = clock.after(waitMs, next)
      return
    }
    looks.shift()
    asking = true
    void ask(first).finally(() => {
      asking = false
      next()
    })
  }

  return {
    watch: (upload) => async (records, options) => {
      const answer = await upload(records, options)
      if (answer.kind === 'unsent') return answer
      const verdict = readAnswer(answer, records, clock.now())
      if (verdict.kind === 'judged' && !stopped)
        remember(records.filter((_, index) => verdict.records[index]?.kind === 'accepted'))
      return answer
    },
    stop: () => {
      stopped = true
      cancel()
      looks = []
    },
  }
}
